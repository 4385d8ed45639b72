import type { Origin } from './sourced.ts';

export type TelemetrySignal = 'traces' | 'logs' | 'metrics';

export const TELEMETRY_SIGNALS: readonly TelemetrySignal[] = ['traces', 'logs', 'metrics'];

/** Where one signal goes, and how. */
export interface TelemetryTarget {
  /** The whole address, such as `http://localhost:4318/v1/traces`. */
  readonly url: URL;
  /** The variable that named it. */
  readonly origin: Origin;
  /** In lower case. Usually a credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly compresses: boolean;
  /** Of one request. */
  readonly timeoutMs: number;
  /** How long what has happened may wait for company. */
  readonly delayMs: number;
  /** Beyond these, what comes is dropped. */
  readonly maxWaiting: number;
  readonly maxBatch: number;
}

/** Which traces are sent; the client's own decision counts where `followsParent`. */
export interface TraceSampling {
  readonly followsParent: boolean;
  /** 0 to 1, of those that nobody has decided on. */
  readonly ratio: number;
}

/** What a collector is told of the exchanges. */
export interface TelemetryConfig {
  readonly targets: Readonly<Partial<Record<TelemetrySignal, TelemetryTarget>>>;
  /** What describes this gateway, `service.name` included. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampling: TraceSampling;
  /** Between two exports of the metrics. */
  readonly metricsIntervalMs: number;
  /** Whether only the newest names of the GenAI conventions are used. */
  readonly latestNamesOnly: boolean;
  /** Where what was asked and answered is sent as well. */
  readonly content: { readonly onSpans: boolean; readonly onLogs: boolean };
}
