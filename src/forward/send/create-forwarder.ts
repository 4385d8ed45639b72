import {
  type Agent,
  ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Readable } from 'node:stream';
import type { Url } from 'node:url';
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware';
import type { Clock } from '../../base/time/clock.ts';
import type { Forwarding, OutgoingBody } from '../forwarding.ts';
import { createDeliveries, type Deliveries, type Fail } from '../relay/deliver-answer.ts';
import { mapUpstreamError } from './map-upstream-error.ts';
import { createUpstreamHeaders } from './upstream-headers.ts';
import {
  createWatchRequest,
  type WatchDeps,
  type WatchedRequest,
  type WatchHandlers,
} from './watch-request.ts';

export interface ForwarderDeps extends WatchDeps {
  readonly clock: Clock;
  /** The connections to the upstream; whoever made it also ends it. */
  readonly agent: Agent;
  /** This process as `Via` names it, such as `1.1 gomodel-ts-4f2a`. */
  readonly via: string;
  /** After so long without a byte a stream is ended; 0: never. */
  readonly stallTimeoutMs?: number;
}

export interface Forwarder extends Pick<Deliveries, 'cut'> {
  /**
   * Sends the request to the upstream and its answer to the client.
   * @param fail called at most once, and only while nothing was sent to the client
   */
  forward(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding, fail: Fail): void;
}

/** A client's request until its answer has begun. */
interface Pending {
  readonly forwarding: Forwarding;
  readonly handlers: WatchHandlers;
  /** Absent until the proxy has made the upstream's request. */
  watched: WatchedRequest | undefined;
}

/** One upstream behind http-proxy-middleware. */
export const createForwarder = (deps: ForwarderDeps): Forwarder => {
  const { upstream, agent } = deps;
  const { host, pathname, origin } = upstream.baseUrl;
  const basePath = pathname.replace(/\/$/, '');
  const pendingOf = new WeakMap<IncomingMessage, Pending>();
  const watchRequest = createWatchRequest(deps);
  const { deliver, cut } = createDeliveries(deps.clock, deps.stallTimeoutMs);

  const failWith = ({ watched, handlers }: Pending, error: unknown): void => {
    if (watched) watched.fail(error);
    else handlers.onFailure(mapUpstreamError(error, host));
  };

  const attach: Plugin<IncomingMessage, ServerResponse> = (proxyServer) => {
    // Errors from the client's request arrive here too.
    proxyServer.on('error', (error, request) => {
      const pending = pendingOf.get(request);
      if (pending) failWith(pending, error);
    });
  };

  /**
   * http-proxy sends a body by `request.pipe(upstreamRequest)`, at once. A body that was read before is
   * written there, whole: in its `proxyReq` event, which comes later or (with `Expect`) never, it could
   * come too late. It is also where the upstream's request is first seen, so that it can be ended.
   *
   * One function for all requests: with one of its own for each, the engine keeps what they lead to until
   * its next full collection. Measured while the code is not compiled yet: a tenth of all memory.
   */
  function sendBody<T extends NodeJS.WritableStream>(
    this: IncomingMessage,
    destination: T,
    options?: { end?: boolean },
  ): T {
    const pending = pendingOf.get(this);
    if (!(destination instanceof ClientRequest)) {
      Readable.prototype.pipe.call(this, destination, options);
      return destination;
    }
    if (!pending) {
      // The client has left meanwhile: nothing is asked for it.
      destination.destroy();
      return destination;
    }
    const { forwarding, handlers } = pending;
    pending.watched = watchRequest(destination, this.headers, handlers);
    // http-proxy makes one slash of several, wherever they stand. A proxy on the way is told the host as well.
    const isForProxy = !destination.path.startsWith('/');
    destination.path = (isForProxy ? origin : '') + basePath + forwarding.sentPath;
    if (forwarding.body.kind === 'buffered') destination.end(forwarding.body.bytes);
    else if (forwarding.body.kind === 'none') destination.end();
    else {
      if (forwarding.body.head) destination.write(forwarding.body.head);
      Readable.prototype.pipe.call(this, destination, options);
    }
    return destination;
  }

  const proxy = createProxyMiddleware<IncomingMessage, ServerResponse>({
    target: toTarget(upstream.baseUrl),
    agent,
    // Keeps the path unchanged: http-proxy would parse and rewrite it.
    toProxy: true,
    // The answer is relayed by relayAnswer; http-proxy would leave a client hanging when it is cut off.
    selfHandleResponse: true,
    // The default handlers answer in plain text and add four listeners to every request.
    ejectPlugins: true,
    plugins: [attach],
  });

  const forward: Forwarder['forward'] = (request, response, forwarding, fail) => {
    const ask = (handlers: WatchHandlers): (() => void) => {
      const { exchange, body, stopwatch, sentPath } = forwarding;
      const pending: Pending = { forwarding, handlers, watched: undefined };
      pendingOf.set(request, pending);
      request.headers = createUpstreamHeaders({
        headers: request.headers,
        host,
        credential: upstream.credential,
        added: upstream.headers,
        bodyBytes: lengthOf(body, request.headers),
        via: deps.via,
      }) as IncomingMessage['headers'];
      request.url = sentPath;
      request.pipe = sendBody;

      exchange.commit();
      exchange.update();
      stopwatch.stop();
      void proxy(request, response, (error) => failWith(pending, error));
      return () => {
        pendingOf.delete(request);
        pending.watched?.stop();
      };
    };
    // Until a full collection an entry keeps alive what its value leads to, even the key itself.
    response.once('close', () => pendingOf.delete(request));
    deliver(response, forwarding, ask, fail);
  };

  return { forward, cut };
};

/** Of an upload, what its client says it is. */
const lengthOf = (
  body: OutgoingBody,
  { 'content-length': said }: IncomingHttpHeaders,
): number | undefined => {
  if (body.kind === 'buffered') return body.bytes.length;
  return body.kind === 'stream' && said !== undefined ? Number(said) + (body.addedBytes ?? 0) : undefined;
};

/** The address as http-proxy would parse it, with every request, where it is given as text. */
const toTarget = ({ protocol, host, hostname, port, pathname }: URL): Partial<Url> => ({
  protocol,
  host,
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port: port || null,
  path: pathname.replace(/\/$/, ''),
});
