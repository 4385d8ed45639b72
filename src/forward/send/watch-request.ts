import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { checkStatus } from './check-status.ts';
import { closedUnanswered, connectTimeout, mapUpstreamError } from './map-upstream-error.ts';

export interface WatchDeps {
  readonly upstream: Upstream;
  /** From the moment when the request is watched. */
  readonly connectTimeoutMs: number;
  /** Told of each answer when it begins. */
  readonly onAnswer?: (message: IncomingMessage) => void;
}

export interface WatchHandlers<Answer = IncomingMessage> {
  /** Called at most once, with an answer whose status may be relayed. */
  onAnswer(answer: Answer): void;
  /** Called at most once, and only while no answer has come. */
  onFailure(error: GatewayError): void;
}

export interface WatchedRequest {
  /** Ends it for this reason, unless its answer has begun. */
  fail(error: unknown): void;
  /** Ends it, answered or not, without another word. */
  stop(): void;
}

/**
 * Watches a request to an upstream until its answer begins or it has failed, whoever made the request: no
 * connection in time, an error, an end without an answer, an answer that may not be passed on.
 * @param sent the header fields of the request
 */
export type WatchRequest = (
  request: ClientRequest,
  sent: OutgoingHttpHeaders,
  handlers: WatchHandlers,
) => WatchedRequest;

export const createWatchRequest = ({ upstream, connectTimeoutMs, onAnswer }: WatchDeps): WatchRequest => {
  const { host, protocol } = upstream.baseUrl;
  const connectEvent = protocol === 'https:' ? 'secureConnect' : 'connect';

  return (request, sent, handlers) => {
    let settled = false;
    const settle = (): boolean => {
      clearTimeout(timer);
      if (settled) return false;
      settled = true;
      return true;
    };
    const fail = (error: unknown): void => {
      if (!settle()) return;
      request.destroy();
      handlers.onFailure(mapUpstreamError(error, host));
    };
    const timer = setTimeout(() => fail(connectTimeout(host, connectTimeoutMs)), connectTimeoutMs);
    request.once('socket', (socket) => {
      const connected = (): void => clearTimeout(timer);
      if (!socket.connecting) connected();
      else socket.once(connectEvent, connected);
    });
    request.once('response', (answer) => {
      onAnswer?.(answer);
      const fault = checkStatus(answer, upstream, sent);
      if (fault) fail(fault);
      else if (settle()) handlers.onAnswer(answer);
    });
    // Stays registered after the answer has begun: later failures are reported by the answer's own events.
    request.on('error', fail);
    request.once('close', () => {
      if (!settled) fail(closedUnanswered());
    });
    return {
      fail,
      stop: () => {
        settle();
        request.destroy();
      },
    };
  };
};
