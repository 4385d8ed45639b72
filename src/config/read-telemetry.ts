import { showUrl } from '../base/show-url.ts';
import { trimTrailing } from '../base/trim-text.ts';
import { findVariable } from './find-variable.ts';
import { isFieldName } from './header-name.ts';
import { isOwnAddress } from './own-address.ts';
import type { ConfigSources } from './read-setting.ts';
import type { Sourced } from './sourced.ts';
import {
  TELEMETRY_SIGNALS,
  type TelemetryConfig,
  type TelemetrySignal,
  type TelemetryTarget,
  type TraceSampling,
} from './telemetry.ts';

interface Bound {
  readonly host: string | undefined;
  readonly port: number;
}

interface Reading {
  readonly find: (name: string) => Sourced<string> | undefined;
  readonly bound: Bound;
  readonly notices: string[];
}

const MAX_PAIRS = 64;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** `name=value,name=value`, percent-encoded, as W3C's baggage has it. */
const parsePairs = (text: string): readonly (readonly [name: string, value: string])[] =>
  text
    .split(',', MAX_PAIRS)
    .map((pair) => {
      const at = pair.indexOf('=');
      return [decode(pair.slice(0, Math.max(0, at)).trim()), decode(pair.slice(at + 1).trim())] as const;
    })
    .filter(([name]) => name !== '');

/** What the exporter says itself. */
const OWN_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
]);

const parseHeaders = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parsePairs(text)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(
        ([name, value]) => isFieldName(name) && !OWN_HEADERS.has(name) && /^[\t\x20-\x7e]*$/.test(value),
      ),
  );

/** The variable of one signal, or the one of all. */
const findOf = ({ find }: Reading, signal: TelemetrySignal, stem: string): Sourced<string> | undefined =>
  find(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${stem}`) ?? find(`OTEL_EXPORTER_OTLP_${stem}`);

const parseAddress = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && ['http:', 'https:'].includes(url.protocol) ? url : undefined;
};

/** The address of a signal as it stands, or below the one of all signals. */
const readUrl = (reading: Reading, signal: TelemetrySignal): Sourced<URL> | undefined => {
  const { find, bound, notices } = reading;
  const own = find(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`);
  const given = own ?? find('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (!given) return undefined;
  const { origin, source, value } = given;
  const url = parseAddress(value);
  if (!url) {
    notices.push(
      `${origin} is not an http(s) address, so no ${signal} are sent. Set it to one such as http://localhost:4318.`,
    );
    return undefined;
  }
  if (isOwnAddress(url, bound)) {
    notices.push(
      `${origin} is the gateway itself, as its clients have it, so the gateway sends no ${signal} anywhere.`,
    );
    return undefined;
  }
  if (!own) url.pathname = `${trimTrailing(url.pathname, '/')}/v1/${signal}`;
  return { value: url, origin, source };
};

/** Programs that speak gRPC may have been meant: they have another port. */
const readProtocol = (reading: Reading, signal: TelemetrySignal): TelemetryTarget['protocol'] | undefined => {
  const given = findOf(reading, signal, 'PROTOCOL');
  if (!given || given.value === 'http/protobuf') return 'http/protobuf';
  if (given.value === 'http/json') return 'http/json';
  reading.notices.push(
    `${given.origin} is ${given.value.slice(0, 40)}, and the gateway sends http/protobuf or http/json, so no ${signal} are sent.`,
  );
  return undefined;
};

/** A number from the environment; another text counts as absent, as OpenTelemetry has it. */
const readNumber = (
  { find, notices }: Reading,
  name: string,
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
): number => {
  const given = find(name);
  if (!given) return fallback;
  const number = Number(given.value);
  if (Number.isFinite(number) && number >= min && number <= max) return number;
  notices.push(`${given.origin} is not a number from ${min} to ${max}: ${fallback} it is.`);
  return fallback;
};

const DAY_MS = 86_400_000;

const readTarget = (reading: Reading, signal: TelemetrySignal): TelemetryTarget | undefined => {
  const { find, notices } = reading;
  const exporter = find(`OTEL_${signal.toUpperCase()}_EXPORTER`);
  const wanted = exporter?.value.split(',').map((name) => name.trim());
  if (wanted && !wanted.includes('otlp')) return undefined;
  const url = readUrl(reading, signal);
  const protocol = url && readProtocol(reading, signal);
  if (!url || !protocol) return undefined;
  const headers = findOf(reading, signal, 'HEADERS');
  const compression = findOf(reading, signal, 'COMPRESSION');
  const timeout = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_TIMEOUT`;
  const batch = signal === 'logs' ? 'OTEL_BLRP' : 'OTEL_BSP';
  if (url.value.username !== '')
    notices.push(`${url.origin} holds a user name, which is not sent: see OTEL_EXPORTER_OTLP_HEADERS.`);
  return {
    url: url.value,
    origin: url.origin,
    headers: headers ? parseHeaders(headers.value) : {},
    protocol,
    compresses: compression?.value === 'gzip',
    timeoutMs: readNumber(reading, find(timeout) ? timeout : 'OTEL_EXPORTER_OTLP_TIMEOUT', 10_000, {
      min: 1,
      max: DAY_MS,
    }),
    delayMs: readNumber(reading, `${batch}_SCHEDULE_DELAY`, 5_000, { min: 1, max: DAY_MS }),
    maxWaiting: readNumber(reading, `${batch}_MAX_QUEUE_SIZE`, 2_048, { min: 1, max: 1_000_000 }),
    maxBatch: readNumber(reading, `${batch}_MAX_EXPORT_BATCH_SIZE`, 512, { min: 1, max: 100_000 }),
  };
};

const readSampling = (reading: Reading): TraceSampling => {
  const given = reading.find('OTEL_TRACES_SAMPLER');
  const [, parent, kind] =
    /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(given?.value ?? '') ?? [];
  if (!given || kind === undefined) {
    if (given)
      reading.notices.push(
        `${given.origin} is no sampler that the gateway knows: parentbased_always_on it is.`,
      );
    return { followsParent: true, ratio: 1 };
  }
  const ratio = { always_on: 1, always_off: 0 }[kind];
  return {
    followsParent: parent !== undefined,
    ratio: ratio ?? readNumber(reading, 'OTEL_TRACES_SAMPLER_ARG', 1, { min: 0, max: 1 }),
  };
};

const isTrue = (given: Sourced<string> | undefined): boolean => given?.value.toLowerCase() === 'true';

/**
 * What OpenTelemetry's own variables ask for. A shell often has them for other programs: what the gateway cannot do is
 * said, and never keeps it from starting.
 * @param bound where the gateway listens
 * @returns undefined where nothing is to be sent
 */
export const readTelemetry = (
  sources: ConfigSources,
  bound: Bound,
  notices: string[],
): TelemetryConfig | undefined => {
  const find = findVariable(sources);
  if (isTrue(find('OTEL_SDK_DISABLED'))) return undefined;
  const reading = { find, bound, notices };
  const found = TELEMETRY_SIGNALS.flatMap((signal) => {
    const target = readTarget(reading, signal);
    return target ? [[signal, target] as const] : [];
  });
  if (found.length === 0) return undefined;
  const { value: named } = find('OTEL_SERVICE_NAME') ?? {};
  const attributes = Object.fromEntries(parsePairs(find('OTEL_RESOURCE_ATTRIBUTES')?.value ?? ''));
  const names = (find('OTEL_SEMCONV_STABILITY_OPT_IN')?.value ?? '').split(',').map((name) => name.trim());
  const content = find('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT')?.value.toLowerCase();
  return {
    targets: Object.fromEntries(found),
    resource: { 'service.name': 'gomodel-ts', ...attributes, ...(named && { 'service.name': named }) },
    sampling: readSampling(reading),
    metricsIntervalMs: readNumber(reading, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000, { min: 1, max: DAY_MS }),
    latestNamesOnly: names.includes('gen_ai_latest_experimental'),
    content: {
      onSpans: ['true', 'span_only', 'span_and_event'].includes(content ?? ''),
      onLogs: ['event_only', 'span_and_event'].includes(content ?? ''),
    },
  };
};

/** For people: `http://localhost:4318 (OTEL_EXPORTER_OTLP_ENDPOINT): traces, logs, metrics`, one for each address. */
export const describeTelemetry = (config: TelemetryConfig | undefined): readonly string[] => {
  const places = new Map<string, TelemetrySignal[]>();
  for (const signal of TELEMETRY_SIGNALS) {
    const target = config?.targets[signal];
    if (!target) continue;
    const place = `${showUrl(target.url.origin)} (${target.origin})`;
    places.set(place, [...(places.get(place) ?? []), signal]);
  }
  return [...places].map(([place, signals]) => `${signals.join(', ')} to ${place}`);
};
