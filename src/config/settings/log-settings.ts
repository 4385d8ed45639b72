import { parseSize, parseSwitch } from './parse-values.ts';
import { type Parse, setting } from './setting.ts';

const parseDays: Parse<number> = (text) => {
  const days = Number(text);
  return text.trim() !== '' && days > 0 && days <= 36_500 ? days : undefined;
};

const OTHER_ROUTES =
  /^\/(?:v1|p|api|admin|dashboard|health|readyz|oauth|device|managed|codex|\.well-known)(?:\/|$)/;

/** A path of letters, digits, dots, dashes and underscores. */
const parseEndpoint: Parse<string> = (text) => {
  const path = text.trim();
  return /^(?:\/[\w.-]{1,100}){1,5}$/.test(path) && !path.includes('..') && !OTHER_ROUTES.test(path)
    ? path
    : undefined;
};

/** What is kept of requests, and what others are told. */
export const LOG_SETTINGS = {
  logBodies: setting({
    variable: 'LOGGING_LOG_BODIES',
    path: ['logging', 'log_bodies'],
    takes: 'true or false',
    summary: 'whether the log keeps bodies',
    parse: parseSwitch,
    fallback: 'true',
  }),
  metricsEnabled: setting({
    variable: 'METRICS_ENABLED',
    path: ['metrics', 'enabled'],
    takes: 'true or false',
    summary: 'whether Prometheus is told how the gateway is',
    parse: parseSwitch,
    fallback: 'false',
  }),
  metricsEndpoint: setting({
    variable: 'METRICS_ENDPOINT',
    path: ['metrics', 'endpoint'],
    takes: 'a path such as /metrics that no other route has',
    summary: 'where Prometheus asks',
    parse: parseEndpoint,
    fallback: '/metrics',
  }),
  retentionDays: setting({
    variable: 'LOGGING_RETENTION_DAYS',
    path: ['logging', 'retention_days'],
    takes: 'a number of days above 0',
    summary: 'how long the log is kept',
    parse: parseDays,
    fallback: '30',
  }),
  maxDisk: setting({
    variable: 'LOGGING_MAX_DISK',
    path: ['logging', 'max_disk'],
    takes: 'a size such as 2G',
    summary: 'how much disk the log may take; the oldest goes first',
    parse: parseSize,
    fallback: '2G',
  }),
} as const;
