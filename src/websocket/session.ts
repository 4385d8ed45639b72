import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { Clock } from '../base/time/clock.ts';
import type { Room } from '../coding/body-budget.ts';
import type { ChosenDestination } from '../forward/route/destination.ts';
import type { Caller } from '../guard/caller.ts';
import type { Metering } from '../guard/limits/create-metering.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { ExchangeRecord } from '../log/record.ts';
import type { Allowance } from '../providers/allowance.ts';
import type { RouteReason } from '../providers/route-model.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { CreateFrame } from './client/read-client-frame.ts';

export type WebSocketMode = NonNullable<ExchangeRecord['websocketMode']>;

/** The upgrade that was let in. */
export interface AdmittedUpgrade {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly url: string;
  /** Path below the upstream's base URL, with the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly caller: Caller;
  /** Where its requests go, unless their model is another provider's. */
  readonly upstream: Upstream;
  /** Present on a connection to the Realtime API, which has one model for all of its life. */
  readonly realtime?: RealtimeTarget;
}

interface RealtimeTarget {
  /** As the client wrote it; undefined if it named none. */
  readonly requestedModel: string | undefined;
  /** As the provider names it. */
  readonly model: string | undefined;
  readonly route: RouteReason | undefined;
}

/** What all that happens on one connection shares. */
export interface ConnectionContext {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly upgrade: AdmittedUpgrade;
  readonly mode: WebSocketMode;
  readonly metering: Metering;
  /** Where a request goes, if its client may ask for that. @throws GatewayError as `ChooseDestination` */
  readonly destinationOf: (frame: Pick<CreateFrame, 'model' | 'members'>) => ChosenDestination;
  /** What the client may use at the moment. */
  readonly allowance: () => Allowance;
}

/** One client's connection, however its upstream is reached. */
export interface Session {
  /** Nothing that was asked on it is unanswered. */
  isIdle(): boolean;
  /** @param room the message's memory; the session releases it */
  onMessage(bytes: Buffer, room: Room, isBinary: boolean): void;
  /** The connection is being closed for what the client did; the refusal needs a record. */
  onRefused(error: GatewayError): void;
  onDrain(): void;
  onClose(code: number, reason: Buffer): void;
  /** Takes no new request and closes when nothing runs any more. */
  drain(): void;
  /** Ends running turns with a last event for the client, and closes. */
  cut(reason: GatewayError): void;
  /** Called now and then. */
  tick(): void;
}

/** Why no new request is taken while the gateway ends. */
export const stopping = (): GatewayError =>
  new GatewayError('shutting_down', 'the gateway is stopping. Start it again with `npx gomodel-ts serve`.');

/** Codex asks for its own form of the protocol by a header field; other clients know the API's events alone. */
export const speaksAsCodex = (headers: IncomingHttpHeaders): boolean =>
  String(headers['openai-beta'] ?? '').includes('responses_websockets');
