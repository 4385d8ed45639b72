import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { trustFor } from './gateway-trust.ts';

export interface GatewayRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

const EMPTY_STATUSES = [204, 205, 304];

const toResponse = (message: IncomingMessage): Response => {
  const { statusCode = 0, rawHeaders } = message;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  if (!EMPTY_STATUSES.includes(statusCode)) {
    return new Response(Readable.toWeb(message) as ReadableStream, { status: statusCode, headers });
  }
  message.resume();
  return new Response(null, { status: statusCode, headers });
};

/**
 * `fetch` for gateways: over TLS it trusts what this machine knows of the gateway, which Node's own cannot be told
 * before its version 22.19.
 * @throws what Node says of a connection that fails, or the signal's reason
 */
export const fetchGateway = async (target: string | URL, request: GatewayRequest = {}): Promise<Response> => {
  const url = new URL(target);
  if (url.protocol === 'http:') return fetch(url, request);
  const { method = 'GET', headers = {}, body, signal } = request;
  const outgoing = https.request(url, {
    ...trustFor(url),
    ...{ method, headers, agent: false },
    ...(signal && { signal }),
  });
  outgoing.end(body);
  const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
  return toResponse(message);
};
