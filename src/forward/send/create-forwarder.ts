import { type Agent, ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Url } from 'node:url';
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware';
import type { Clock } from '../../base/clock.ts';
import type { GatewayError } from '../../base/errors.ts';
import { LinkedList } from '../../base/linked-list.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { type ActiveForwarding, beginForwarding, type Forwarding } from '../forwarding.ts';
import { relayAnswer } from '../relay/relay-answer.ts';
import { lacksCompaction, noCompaction } from '../retry/lacks-compaction.ts';
import { checkStatus } from './check-status.ts';
import { closedUnanswered, connectTimeout, mapUpstreamError } from './map-upstream-error.ts';
import { createUpstreamHeaders } from './upstream-headers.ts';

export interface ForwarderDeps {
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** The connections to the upstream; whoever made it also ends it. */
  readonly agent: Agent;
  readonly connectTimeoutMs: number;
  /** This process as `Via` names it, such as `1.1 gomodel-ts-4f2a`. */
  readonly via: string;
}

type Fail = (error: GatewayError) => void;

export interface Forwarder {
  /**
   * Sends the request to the upstream and its answer to the client.
   * @param fail called at most once, and only while nothing was sent to the client
   */
  forward(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding, fail: Fail): void;
  /** Ends what still runs: with an event that says why where a stream can carry one. */
  cutAll(reason: GatewayError): void;
}

interface Running {
  readonly forwarding: ActiveForwarding;
  readonly fail: Fail;
  /** Set when the upstream's answer has begun. */
  cut?: (reason: GatewayError) => void;
}

/** One upstream behind http-proxy-middleware. */
export const createForwarder = (deps: ForwarderDeps): Forwarder => {
  const { upstream, clock, agent } = deps;
  const { host, pathname, origin } = upstream.baseUrl;
  const basePath = pathname.replace(/\/$/, '');
  const runningOf = new WeakMap<IncomingMessage, Running>();
  const active = new LinkedList<Running>();

  const failWith = (running: Running, error: unknown): void => {
    const { forwarding } = running;
    if (forwarding.settled) return;
    forwarding.settled = true;
    clearTimeout(forwarding.connectTimer);
    forwarding.upstreamRequest?.destroy();
    running.fail(mapUpstreamError(error, host));
  };

  const attach: Plugin<IncomingMessage, ServerResponse> = (proxyServer) => {
    proxyServer.on('proxyReq', (upstreamRequest, request) => {
      const running = runningOf.get(request);
      const { socket } = upstreamRequest;
      if (!running || !socket) return;
      const connected = (): void => clearTimeout(running.forwarding.connectTimer);
      if (!socket.connecting) connected();
      else socket.once(upstream.baseUrl.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    proxyServer.on('proxyRes', (upstreamResponse, request, response) => {
      const running = runningOf.get(request);
      if (!running) return;
      clearTimeout(running.forwarding.connectTimer);
      const fault = checkStatus(upstreamResponse, upstream, request.headers);
      if (fault) {
        failWith(running, fault);
        return;
      }
      if (lacksCompaction(upstreamResponse, running.forwarding.path)) {
        upstreamResponse.resume();
        failWith(running, noCompaction(host));
        return;
      }
      running.cut = relayAnswer({ upstreamResponse, response, forwarding: running.forwarding, clock });
    });
    proxyServer.on('error', (error, request) => {
      const running = runningOf.get(request);
      if (running && !running.cut) failWith(running, error);
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
    const running = runningOf.get(this);
    if (!(destination instanceof ClientRequest)) {
      Readable.prototype.pipe.call(this, destination, options);
      return destination;
    }
    if (!running) {
      // The client has left meanwhile: nothing is asked for it.
      destination.destroy();
      return destination;
    }
    const { forwarding } = running;
    forwarding.upstreamRequest = destination;
    // http-proxy makes one slash of several, wherever they stand. A proxy on the way is told the host as well.
    const isForProxy = !destination.path.startsWith('/');
    destination.path = (isForProxy ? origin : '') + basePath + forwarding.sentPath;
    destination.once('close', () => {
      if (!running.cut) failWith(running, closedUnanswered());
    });
    if (forwarding.body.kind === 'buffered') destination.end(forwarding.body.bytes);
    else if (forwarding.body.kind === 'none') destination.end();
    else Readable.prototype.pipe.call(this, destination, options);
    return destination;
  }

  const proxy = createProxyMiddleware<IncomingMessage, ServerResponse>({
    target: toTarget(upstream.baseUrl),
    agent,
    // The path leaves as it came: without this, http-proxy would parse it and write it anew.
    toProxy: true,
    // The answer is relayed by relayAnswer; http-proxy would leave a client hanging when it is cut off.
    selfHandleResponse: true,
    // The default handlers answer in plain text and add four listeners to every request.
    ejectPlugins: true,
    plugins: [attach],
  });

  const forward: Forwarder['forward'] = (request, response, begun, fail) => {
    const forwarding = beginForwarding(begun);
    const { exchange, body } = forwarding;
    const running: Running = { forwarding, fail };
    runningOf.set(request, running);
    const place = active.add(running);

    request.headers = createUpstreamHeaders({
      headers: request.headers,
      host,
      credential: upstream.credential,
      added: upstream.headers,
      bodyBytes: body.kind === 'buffered' ? body.bytes.length : undefined,
      via: deps.via,
    }) as IncomingMessage['headers'];
    request.url = forwarding.sentPath;
    request.pipe = sendBody;

    response.once('close', () => {
      active.remove(place);
      // Until a full collection an entry keeps alive what its value leads to, even the key itself.
      runningOf.delete(request);
      forwarding.settled = true;
      clearTimeout(forwarding.connectTimer);
      // The client has left, or was refused in the middle of an upload: what it asked for must not run on at the provider, at its user's cost.
      if (!running.cut) forwarding.upstreamRequest?.destroy();
    });

    forwarding.connectTimer = setTimeout(() => {
      failWith(running, connectTimeout(host, deps.connectTimeoutMs));
    }, deps.connectTimeoutMs);

    exchange.commit();
    exchange.update();
    forwarding.stopwatch.stop();
    void proxy(request, response, (error) => failWith(running, error));
  };

  return {
    forward,
    cutAll: (reason) => {
      for (const running of active.values()) {
        if (running.cut) running.cut(reason);
        else failWith(running, reason);
      }
    },
  };
};

/** The address as http-proxy would parse it, with every request, where it is given as text. */
const toTarget = ({ protocol, host, hostname, port, pathname }: URL): Partial<Url> => ({
  protocol,
  host,
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port: port || null,
  path: pathname.replace(/\/$/, ''),
});
