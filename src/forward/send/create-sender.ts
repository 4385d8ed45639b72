import http, { type Agent, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { checkStatus } from './check-status.ts';
import { closedUnanswered, connectTimeout, mapUpstreamError } from './map-upstream-error.ts';

export interface SenderDeps {
  readonly upstream: Upstream;
  readonly agent: Agent;
  readonly connectTimeoutMs: number;
}

/** A request that the gateway makes itself, from what a client asked for in another form than HTTP. */
export interface SentRequest {
  readonly method: string;
  /** Path below the upstream's base URL, with the query. */
  readonly path: string;
  /** As `createUpstreamHeaders` gives them. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

interface AnswerHandlers {
  onAnswer(upstreamResponse: IncomingMessage): void;
  /** Called at most once, and only while no answer has come. */
  onFailure(error: GatewayError): void;
}

/** Sends a request to the upstream. @returns what ends it, answered or not, without another word */
export type Send = (request: SentRequest, handlers: AnswerHandlers) => () => void;

/** The way to the upstream for what does not come as an HTTP request, over the same connections. */
export const createSender = ({ upstream, agent, connectTimeoutMs }: SenderDeps): Send => {
  const { protocol, hostname, port, host, pathname } = upstream.baseUrl;
  const secure = protocol === 'https:';
  const address = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
  const basePath = pathname.replace(/\/$/, '');

  return ({ method, path, headers, body }, { onAnswer, onFailure }) => {
    let settled = false;
    const request = (secure ? https : http).request({
      ...address,
      agent,
      method,
      path: basePath + path,
      headers,
    });
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      if (settled) return;
      settled = true;
      request.destroy();
      onFailure(mapUpstreamError(error, host));
    };
    const timer = setTimeout(() => fail(connectTimeout(host, connectTimeoutMs)), connectTimeoutMs);
    request.once('socket', (socket) => {
      const connected = (): void => clearTimeout(timer);
      if (!socket.connecting) connected();
      else socket.once(secure ? 'secureConnect' : 'connect', connected);
    });
    request.once('response', (upstreamResponse) => {
      const fault = checkStatus(upstreamResponse, upstream, headers);
      if (fault) {
        fail(fault);
        return;
      }
      clearTimeout(timer);
      if (settled) return;
      settled = true;
      onAnswer(upstreamResponse);
    });
    // Also after the answer has come: what breaks then is told by the answer's own events.
    request.on('error', fail);
    request.once('close', () => fail(closedUnanswered()));
    request.end(body);
    return () => {
      settled = true;
      clearTimeout(timer);
      request.destroy();
    };
  };
};
