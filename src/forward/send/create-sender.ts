import http, { type Agent, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { createWatchRequest, type WatchDeps, type WatchHandlers } from './watch-request.ts';

export interface SenderDeps extends WatchDeps {
  readonly agent: Agent;
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

/** Sends a request to the upstream. @returns what ends it, answered or not, without another word */
export type Send = (request: SentRequest, handlers: WatchHandlers) => () => void;

/** The way to the upstream for what does not come as an HTTP request, over the same connections. */
export const createSender = ({ agent, ...deps }: SenderDeps): Send => {
  const { protocol, hostname, port, pathname } = deps.upstream.baseUrl;
  const watchRequest = createWatchRequest(deps);
  const { request: open } = protocol === 'https:' ? https : http;
  const address = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
  const basePath = pathname.replace(/\/$/, '');

  return ({ method, path, headers, body }, handlers) => {
    const request = open({ ...address, agent, method, path: basePath + path, headers });
    const { stop } = watchRequest(request, headers, handlers);
    request.end(body);
    return stop;
  };
};
