import type { ErrorOrigin } from '../../../src/base/errors.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
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
  /** What its message must hold. */
  readonly message?: string;
}

/** What stands where the upstream should be. */
export interface Place {
  readonly url: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Breaks all connections off. */
  drop(): void;
  close(): Promise<unknown>;
}

/** Who does what. */
interface Scenario {
  /** As a sentence. */
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
}

/** What must come of it, whatever is spoken. */
interface Outcome {
  /** How many requests have reached the upstream. */
  readonly asked: number;
  readonly records: readonly RecordSays[];
}

/** A fault, and what must come of it. */
export interface Fault extends Scenario {
  readonly expect: Outcome & {
    /** Each answer in turn; none where the client has left before. */
    readonly client: readonly ClientSees[];
  };
}

/** A connection as its client must see it. */
export interface ClientSeesWebSocket {
  /** The whole answer has come, message by message and byte for byte. */
  readonly whole?: true;
  /** All messages, byte for byte, where they are not those of one good answer. */
  readonly messages?: readonly (string | Buffer)[];
  /**
   * A failure with this code, in an error frame where it has a status, else in an event: the last message, or the
   * first where a whole answer follows.
   */
  readonly code?: string;
  readonly status?: number;
  /** The code with which the gateway closes; absent where the client closes. */
  readonly close?: number;
}

/** A connection as the upstream must see it. */
export interface UpstreamSeesWebSocket {
  /** How many, or each of them, byte for byte. */
  readonly messages: number | readonly (string | Buffer)[];
  /** 1005: closed without a code; absent: the connection was not closed, but ended. */
  readonly close?: number;
}

/** A fault of somebody who speaks WebSocket, and what must come of it. */
export interface WebSocketFault extends Scenario {
  readonly expect: Outcome & {
    /** Absent where it has left, or is refused in HTTP. */
    readonly client?: ClientSeesWebSocket;
    /** The answer to its upgrade, where that is refused. */
    readonly refused?: ClientSees;
    /** Each connection that the upstream has accepted. */
    readonly upstream: readonly UpstreamSeesWebSocket[];
  };
}

export type AnyFault = Fault | WebSocketFault;
