import type { Stopwatch } from '../base/time/stopwatch.ts';
import type { Exchange } from '../log/exchange.ts';
import type { ExchangeRecord } from '../log/record.ts';

/** What a request's body is when it leaves. */
export type OutgoingBody =
  /** Read and decoded. */
  | { readonly kind: 'buffered'; readonly bytes: Buffer }
  /** Streamed through, such as an upload. */
  | {
      readonly kind: 'stream';
      /** What was read of it before, and goes first. */
      readonly head?: Buffer;
      /** How many bytes more it has than the client said, where its head was changed. */
      readonly addedBytes?: number;
    }
  | { readonly kind: 'none' };

/** Selects the running requests to end. */
export type IsMeant = (record: ExchangeRecord) => boolean;

/** What limits and budgets have to say of an answer. */
interface AnswerTerms {
  /** Header lines for the client: name, value, name, value… */
  readonly lines: readonly string[];
  /** Ends the answer at this many output tokens; `Infinity` if there is no ceiling. */
  readonly maxOutputTokens: number;
}

/** One request on its way through this room. */
export interface Forwarding {
  readonly exchange: Exchange;
  readonly body: OutgoingBody;
  /** As the client asked for it, below `/v1`, with the query: it says what API the answer speaks. */
  readonly path: string;
  /** Below the upstream's base URL, with the query. */
  readonly sentPath: string;
  /** Runs while the gateway works, and not while it waits for the client or the upstream. */
  readonly stopwatch: Stopwatch;
  /** Absent if nothing holds. */
  readonly passage: AnswerTerms | undefined;
  /** Told the ids of what the answer says is stored. */
  readonly onStored?: ((ids: readonly string[]) => void) | undefined;
}

/** A forwarding that has begun. */
export interface ActiveForwarding extends Forwarding {
  /** Set once the outcome is decided; what comes later changes nothing. */
  settled: boolean;
}

/** All members by name: an object that is spread into another is a kind of object of its own to the engine. */
export const beginForwarding = ({
  exchange,
  body,
  path,
  sentPath,
  stopwatch,
  passage,
  onStored,
}: Forwarding): ActiveForwarding => ({
  exchange,
  body,
  path,
  sentPath,
  stopwatch,
  passage,
  onStored,
  settled: false,
});
