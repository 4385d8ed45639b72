import type { Agent } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { showUrl } from '../base/show-url.ts';
import {
  TELEMETRY_SIGNALS,
  type TelemetryConfig,
  type TelemetrySignal,
  type TelemetryTarget,
} from '../config/telemetry.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';
import { type ExchangeRecord, isTurnedAway } from '../log/record.ts';
import { describeLog } from './describe/describe-log.ts';
import { type DescribeDeps, describeSpans } from './describe/describe-spans.ts';
import { isSampled } from './describe/is-sampled.ts';
import { createGenaiMeasures } from './measure/genai-measures.ts';
import { toKeyValues } from './otlp/attributes.ts';
import { createOutbox, type DropReason, type Outbox } from './send/create-outbox.ts';
import { createEncoding, type Encoding } from './send/encoding.ts';
import { createPost } from './send/post.ts';

export interface TelemetryDeps {
  readonly config: TelemetryConfig;
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
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

type TelemetryState = Readonly<Partial<Record<TelemetrySignal, SignalState>>>;

export interface Telemetry {
  readonly state: TelemetryState;
  /** Sends what waits, within so many milliseconds. */
  close(withinMs: number): Promise<void>;
}

/** What one signal may hold in memory. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

interface Line {
  readonly encoding: Encoding;
  readonly outbox: Outbox;
  readonly state: () => SignalState;
}

const openLine = (
  signal: TelemetrySignal,
  target: TelemetryTarget,
  { config, version, instance, agentFor, tell, clock }: TelemetryDeps,
): Line => {
  const resource = {
    attributes: toKeyValues({
      'service.version': version,
      'service.instance.id': instance,
      ...config.resource,
    }),
  };
  const encoding = createEncoding(signal, target.protocol, {
    resource,
    scope: { name: 'gomodel-ts', version },
  });
  const collector = showUrl(target.url.origin);
  const dropped = { queue_full: 0, unreachable: 0, refused: 0, rejected: 0, shutdown: 0 };
  let trouble: string | undefined;
  const outbox = createOutbox({
    post: createPost(target, agentFor(target.url)),
    pack: (items) => ({
      body: encoding.wrap(items),
      contentType: encoding.contentType,
      items: items.length,
    }),
    maxItems: target.maxWaiting,
    maxBytes: MAX_WAITING_BYTES,
    maxBatch: target.maxBatch,
    // Metrics have waited for their interval.
    delayMs: signal === 'metrics' ? 0 : target.delayMs,
    now: () => clock.monotonic(),
    onDrop: (reason, items) => {
      dropped[reason] += items;
    },
    onTrouble: (why) => {
      if (why !== undefined && trouble === undefined) {
        tell(
          `The collector at ${collector} does not take ${signal} (${why}). Requests are served as before.`,
        );
      }
      if (why === undefined && trouble !== undefined) {
        const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        tell(`The collector at ${collector} takes ${signal} again. Dropped since the start: ${lost}.`);
      }
      trouble = why;
    },
  });
  return {
    encoding,
    outbox,
    state: () => ({
      waiting: outbox.waiting.items,
      dropped: { ...dropped },
      ...(trouble !== undefined && { trouble }),
    }),
  };
};

/**
 * Tells collectors of every exchange that has ended. In a gateway of several processes this runs in the one to which the
 * others tell what happens. No request ever waits for it.
 */
export const createTelemetry = (deps: TelemetryDeps): Telemetry => {
  const { config, recorder, price, kindOf, clock } = deps;
  const describing: DescribeDeps = { naming: config.latestNamesOnly ? 'latest' : 'both', kindOf };
  const lines = new Map<TelemetrySignal, Line>();
  for (const signal of TELEMETRY_SIGNALS) {
    const target = config.targets[signal];
    if (target) lines.set(signal, openLine(signal, target, deps));
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
    if (lines.has('traces') && isSampled(config.sampling, record)) {
      add('traces', describeSpans(record, usd, describing));
    }
    measures?.add(record, usd);
    if (lines.has('logs')) add('logs', [describeLog(record, usd, describing)]);
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
      return Object.fromEntries([...lines].map(([signal, { state }]) => [signal, state()]));
    },
    close: async (withinMs) => {
      stop();
      clearInterval(measuring);
      await Promise.all(pending);
      measure();
      await Promise.all([...lines.values()].map(({ outbox }) => outbox.close(withinMs)));
    },
  };
};
