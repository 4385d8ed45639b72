import type { ExchangeRecord } from '../../../src/audit/record.ts';
import type { ErrorOrigin } from '../../../src/base/errors.ts';
import type { GatewayOptions } from '../gateway/compose-gateway.ts';
import type { Step } from './play-steps.ts';
import type { UpstreamScript } from './start-scripted-upstream.ts';

/** One answer as its client must see it. */
export interface ClientSees {
  readonly status: number;
  /** The answer ends before the end that its head promises, so that no client takes it for whole. */
  readonly broken?: true;
  /** The code of a refusal, or of the failure event that ends a stream. */
  readonly code?: string;
  /** Of a refusal: the hop. */
  readonly origin?: ErrorOrigin;
  /** The body, byte for byte. */
  readonly body?: string | Buffer;
}

export interface RecordSays {
  readonly status?: number;
  readonly finish: NonNullable<ExchangeRecord['response']['finish']>;
  /** Absent: no error. */
  readonly code?: string;
  readonly origin?: ErrorOrigin;
  readonly totalTokens?: number;
}

/** What stands where the upstream should be. */
export interface Place {
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Breaks all connections off. */
  drop(): void;
  close(): Promise<unknown>;
}

/** A fault, and what must come of it. */
export interface Fault {
  /** Who does what, as a sentence. */
  readonly name: string;
  /** For each request in turn; absent: it answers well. */
  readonly upstream?: readonly UpstreamScript[];
  readonly greeting?: readonly Step[];
  /** Absent: asks once and reads to the end. */
  readonly client?: readonly Step[];
  /** In place of the scripted upstream, where no HTTP is spoken at all. */
  readonly place?: () => Promise<Place>;
  readonly gateway?: Pick<GatewayOptions, 'timeouts' | 'env'>;
  /** Stops the gateway at this mark. */
  readonly stopAfter?: string;
  readonly expect: {
    /** Each answer in turn; none where the client has left before. */
    readonly client: readonly ClientSees[];
    /** How many requests have reached the upstream. */
    readonly asked: number;
    readonly records: readonly RecordSays[];
  };
}
