import type { Agent } from 'node:http';
import { showUrl } from '../base/show-url.ts';
import type { Clock } from '../base/time/clock.ts';
import {
  TELEMETRY_SIGNALS,
  type TelemetryConfig,
  type TelemetrySignal,
  type TelemetryTarget,
} from '../config/telemetry.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';
import type { LogReader } from '../log/port.ts';
import { type ExchangeRecord, isTurnedAway } from '../log/record.ts';
import { describeLog } from './describe/describe-log.ts';
import { type DescribeDeps, describeSpans } from './describe/describe-spans.ts';
import { isSampled } from './describe/is-sampled.ts';
import { createReadContent } from './describe/read-content.ts';
import { createGenaiMeasures } from './measure/genai-measures.ts';
import { toKeyValues } from './otlp/attributes.ts';
import {
  createOutbox,
  type DropReason,
  type Outbox,
  type OutboxDeps,
  type PackedBody,
} from './send/create-outbox.ts';
import { createEncoding, type Encoding } from './send/encoding.ts';
import { createPost } from './send/post.ts';

export interface TelemetryDeps {
  readonly config: TelemetryConfig;
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  /** Has the bodies, where what was said is to be sent. */
  readonly log: Pick<LogReader, 'get'>;
  readonly version: string;
  /** Of this gateway, all its workers included. */
  readonly instance: string;
  /** What an exchange cost, in USD; undefined where nobody knows. */
  readonly price: (record: ExchangeRecord) => Promise<number | undefined>;
  readonly kindOf: DescribeDeps['kindOf'];
  readonly agentFor: (url: URL) => Agent;
  /** Tells whoever runs the gateway. */
  readonly tell: (text: string) => void;
  readonly clock: Clock;
}

/** How it stands with what one signal sends. */
interface SignalState {
  readonly waiting: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Absent while the collector takes what it is sent. */
  readonly trouble?: string;
}

/** By signal; what clients send is passed on under `client_traces` and so on. */
type TelemetryState = Readonly<Record<string, SignalState>>;

/** Sends the telemetry of a client on as it came. */
export type PassTelemetry = (signal: TelemetrySignal, body: PackedBody) => void;

export interface Telemetry {
  readonly pass: PassTelemetry;
  readonly state: TelemetryState;
  /** Sends what waits, within so many milliseconds. */
  close(withinMs: number): Promise<void>;
}

/** What one signal may hold in memory. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;
/** Requests of clients that wait to be passed on. */
const MAX_PASSED = 256;

/** What is sent under one name, and how that stands. */
interface Line<Item> {
  readonly outbox: Outbox<Item>;
  readonly state: () => SignalState;
}

type LineInput<Item> = Pick<
  OutboxDeps<Item>,
  'pack' | 'sizeOf' | 'maxItems' | 'maxBytes' | 'maxBatch' | 'delayMs'
>;

const openLine = <Item>(
  what: string,
  target: TelemetryTarget,
  { agentFor, tell, clock }: TelemetryDeps,
  input: LineInput<Item>,
): Line<Item> => {
  const collector = showUrl(target.url.origin);
  const dropped = { queue_full: 0, unreachable: 0, refused: 0, rejected: 0, shutdown: 0 };
  let trouble: string | undefined;
  const outbox = createOutbox<Item>({
    ...input,
    post: createPost(target, agentFor(target.url)),
    now: () => clock.monotonic(),
    onDrop: (reason, items) => {
      dropped[reason] += items;
    },
    onTrouble: (why) => {
      if (why !== undefined && trouble === undefined) {
        tell(`The collector at ${collector} does not take ${what} (${why}). Requests are served as before.`);
      }
      if (why === undefined && trouble !== undefined) {
        const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        tell(`The collector at ${collector} takes ${what} again. Dropped since the start: ${lost}.`);
      }
      trouble = why;
    },
  });
  return {
    outbox,
    state: () => ({
      waiting: outbox.waiting.items,
      dropped: { ...dropped },
      ...(trouble !== undefined && { trouble }),
    }),
  };
};

interface OwnLine extends Line<Buffer> {
  readonly encoding: Encoding;
}

/** For what the gateway itself tells. */
const openOwn = (signal: TelemetrySignal, target: TelemetryTarget, deps: TelemetryDeps): OwnLine => {
  const { config, version, instance } = deps;
  const own = { 'service.version': version, 'service.instance.id': instance };
  const encoding = createEncoding(signal, target.protocol, {
    resource: { attributes: toKeyValues({ ...own, ...config.resource }) },
    scope: { name: 'gomodel-ts', version },
  });
  const { contentType } = encoding;
  const line = openLine<Buffer>(signal, target, deps, {
    pack: (items) => ({ body: encoding.wrap(items), contentType, items: items.length }),
    sizeOf: ({ length }) => length,
    maxItems: target.maxWaiting,
    maxBytes: MAX_WAITING_BYTES,
    maxBatch: target.maxBatch,
    // Metrics have waited for their interval.
    delayMs: signal === 'metrics' ? 0 : target.delayMs,
  });
  return { ...line, encoding };
};

/** For what clients send: each of their requests as it came. */
const openPassing = (
  signal: TelemetrySignal,
  target: TelemetryTarget,
  deps: TelemetryDeps,
): Line<PackedBody> =>
  openLine<PackedBody>(`the ${signal} of clients`, target, deps, {
    pack: ([first = { body: Buffer.alloc(0), contentType: '' }]) => ({ ...first, items: 1 }),
    sizeOf: ({ body }) => body.length,
    maxItems: MAX_PASSED,
    maxBytes: MAX_WAITING_BYTES,
    maxBatch: 1,
    delayMs: 0,
  });

/**
 * Tells collectors of every exchange that has ended. In a gateway of several processes this runs in the one to which the
 * others tell what happens. No request ever waits for it.
 */
export const createTelemetry = (deps: TelemetryDeps): Telemetry => {
  const { config, recorder, price, kindOf, clock } = deps;
  const { onSpans, onLogs } = config.content;
  const readContent = createReadContent(deps.log);
  const describing: DescribeDeps = { naming: config.latestNamesOnly ? 'latest' : 'both', kindOf };
  const lines = new Map<TelemetrySignal, OwnLine>();
  const passing = new Map<TelemetrySignal, Line<PackedBody>>();
  for (const signal of TELEMETRY_SIGNALS) {
    const target = config.targets[signal];
    if (!target) continue;
    lines.set(signal, openOwn(signal, target, deps));
    passing.set(signal, openPassing(signal, target, deps));
  }
  const add = (signal: TelemetrySignal, items: readonly object[]): void => {
    const line = lines.get(signal);
    for (const item of items) line?.outbox.add(line.encoding.encode(item));
  };
  const measures = lines.has('metrics') ? createGenaiMeasures(describing) : undefined;
  const startMs = clock.now();
  const measure = (): void => {
    // What waits is superseded by what is measured later: while a collector is away, nothing piles up.
    if (measures && lines.get('metrics')?.outbox.waiting.items === 0) {
      add('metrics', measures.describe({ startMs, nowMs: clock.now() }));
    }
  };
  const measuring = measures && setInterval(measure, config.metricsIntervalMs);
  measuring?.unref();
  /** Those whose price is still looked up. */
  const pending = new Set<Promise<void>>();

  const report = async (record: ExchangeRecord): Promise<void> => {
    // Without a price list there are no costs, and everything else.
    const usd = await price(record).catch(() => undefined);
    const said = onSpans || onLogs ? await readContent(record) : {};
    if (lines.has('traces') && isSampled(config.sampling, record)) {
      add('traces', describeSpans(record, usd, onSpans ? said : {}, describing));
    }
    measures?.add(record, usd);
    if (lines.has('logs')) add('logs', [describeLog(record, usd, onLogs ? said : {}, describing)]);
  };
  const stop = recorder.subscribe(({ type, record }) => {
    // Who is not let in could fill the queue with nothing.
    if (type !== 'close' || record.probe || isTurnedAway(record)) return;
    const reported = report(record)
      .catch(() => {})
      .finally(() => pending.delete(reported));
    pending.add(reported);
  });

  return {
    get state() {
      return Object.fromEntries([
        ...[...lines].map(([signal, { state }]) => [signal, state()]),
        ...[...passing].map(([signal, { state }]) => [`client_${signal}`, state()]),
      ]);
    },
    pass: (signal, body) => passing.get(signal)?.outbox.add(body),
    close: async (withinMs) => {
      stop();
      clearInterval(measuring);
      await Promise.all(pending);
      measure();
      const all = [...lines.values(), ...passing.values()];
      await Promise.all(all.map(({ outbox }) => outbox.close(withinMs)));
    },
  };
};
