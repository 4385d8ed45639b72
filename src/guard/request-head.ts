import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Transport } from '../log/record.ts';
import { type Peer, peerOf } from './peer-of.ts';

/**
 * What a request asks for: a model, over HTTP or WebSocket; the dashboard or its API; or whether the gateway
 * is up.
 */
export type Surface = 'model' | 'admin' | 'health';

/** A request before its body: all that decides whether it is let in. */
export interface RequestHead {
  readonly surface: Surface;
  readonly transport: Transport;
  readonly method: string;
  /** Path and query, in origin form. */
  readonly target: string;
  /** `1.1` or `1.0`. */
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value… */
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
}

/** Reads the head of a request, which may be an upgrade. */
export const headOf = (
  request: IncomingMessage,
  surface: Surface,
  transport: Transport = 'http',
): RequestHead => ({
  surface,
  transport,
  method: request.method ?? '',
  target: request.url ?? '',
  httpVersion: request.httpVersion,
  headers: request.headers,
  rawHeaders: request.rawHeaders,
  peer: peerOf(request),
});
