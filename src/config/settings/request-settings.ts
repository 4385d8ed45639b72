import { isHeaderName } from '../header-name.ts';
import { parseCount, parseSize, parseSwitch } from './parse-values.ts';
import { type Parse, setting } from './setting.ts';

const parseUsd: Parse<number> = (text) => {
  const usd = Number(text.trim().replace(/^\$/, ''));
  return text.trim() !== '' && usd >= 0 && usd <= 1_000_000 ? usd : undefined;
};

const MAX_WORKERS = 64;

const parseWorkers: Parse<number> = (text) => {
  const count = /^\d+$/.test(text.trim()) ? parseCount(text) : undefined;
  return count !== undefined && count <= MAX_WORKERS ? count : undefined;
};

/** How WebSocket connections are served: `auto` relays, and bridges where the upstream refuses that. */
export type WebSocketSetting = 'auto' | 'relay' | 'bridge' | 'off';

const parseWebSockets: Parse<WebSocketSetting> = (text) => {
  const word = text.trim().toLowerCase();
  return (['auto', 'relay', 'bridge', 'off'] as const).find((known) => known === word);
};

const parseHeaderName: Parse<string> = (text) => (isHeaderName(text.trim()) ? text.trim() : undefined);

/** How requests are served, and how many. */
export const REQUEST_SETTINGS = {
  bodySizeLimit: setting({
    variable: 'BODY_SIZE_LIMIT',
    path: ['server', 'body_size_limit'],
    takes: 'a size such as 128M or 1G',
    summary: 'the largest request body, decoded',
    parse: parseSize,
    fallback: '128M',
  }),
  bodyMemoryLimit: setting({
    variable: 'BODY_MEMORY_LIMIT',
    path: ['server', 'body_memory_limit'],
    takes: 'a size such as 512M or 2G',
    summary: 'what all request bodies may take in memory together; four times BODY_SIZE_LIMIT if absent',
    parse: parseSize,
  }),
  maxOpenExchanges: setting({
    variable: 'MAX_OPEN_EXCHANGES',
    path: ['server', 'max_open_exchanges'],
    takes: 'a whole number above 0',
    summary: 'how many requests are served at once; more get 503 with Retry-After',
    parse: parseCount,
    fallback: '1000',
  }),
  workers: setting({
    variable: 'GOMODEL_WORKERS',
    path: ['server', 'workers'],
    takes: `a whole number from 1 to ${MAX_WORKERS}`,
    summary: 'how many processes serve requests',
    parse: parseWorkers,
    fallback: '1',
  }),
  updateCheck: setting({
    variable: 'GOMODEL_UPDATE_CHECK',
    path: ['server', 'update_check'],
    takes: 'true or false',
    summary: 'whether `serve` asks npm for a newer version when it starts',
    parse: parseSwitch,
    fallback: 'false',
  }),
  cacheLossNotice: setting({
    variable: 'CACHE_LOSS_NOTICE',
    path: ['server', 'cache_loss_notice'],
    takes: 'an amount in USD, or 0 for never',
    summary:
      'the tail and the page tell of a session that has lost its prompt cache for more than this, in USD',
    parse: parseUsd,
    fallback: '0.25',
  }),
  userPathHeader: setting({
    variable: 'USER_PATH_HEADER',
    path: ['server', 'user_path_header'],
    takes: 'the name of a header field',
    summary: 'the header field in which a request may say its user path',
    parse: parseHeaderName,
    fallback: 'X-GoModel-User-Path',
  }),
  websockets: setting({
    variable: 'WEBSOCKETS',
    path: ['server', 'websockets'],
    takes: 'auto, relay, bridge or off',
    summary: 'whether WebSocket is spoken to the upstream too (relay) or turned into HTTP (bridge)',
    parse: parseWebSockets,
    fallback: 'auto',
  }),
} as const;
