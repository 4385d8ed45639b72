import type { AnswerSummary } from '../sse/answer-summary.ts';

/** A request that is made to see the whole way work. */
export interface Probe {
  /** The gateway's, ending in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
  /** In the log, the client's name. */
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** Why a probe was not answered as it should be. */
export interface ProbeRefusal {
  /** HTTP status, where there was one. */
  readonly status?: number;
  readonly origin: 'client' | 'gateway' | 'network' | 'upstream';
  readonly message: string;
}

export type ProbeAnswer =
  | {
      readonly kind: 'answered';
      readonly summary: AnswerSummary;
      readonly events: number;
      readonly firstEventMs: number;
      readonly wholeMs: number;
      /** What the gateway says that it took; absent where it does not say. */
      readonly gatewayMs?: number;
    }
  | { readonly kind: 'refused'; readonly refusal: ProbeRefusal };

/** Makes a probe's request over one transport; never throws. */
export type Ask = (probe: Probe) => Promise<ProbeAnswer>;
