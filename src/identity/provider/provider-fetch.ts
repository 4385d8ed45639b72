import http, { type Agent } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { CustomFetch } from 'openid-client';
import { isObject, parseJson } from '../../base/json-object.ts';

/** Metadata and keys of the largest providers take 20 KB. */
const MAX_BYTES = 512 * 1024;

/** Statuses that have no body, which a `Response` must not be given. */
const BODILESS = [204, 205, 304];

const bytesOf = (body: Parameters<CustomFetch>[1]['body']): Buffer | undefined => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError('a body of another kind is never sent to an identity provider');
};

/** Ends an answer that is longer than any provider's. */
const bounded = async function* (answer: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`its answer is longer than ${MAX_BYTES} bytes`);
    yield chunk;
  }
};

/** Some providers write what they do not give as an empty text or as null, where it is to be left out (RFC 6749 §5.1). */
const withoutEmpty = (bytes: Buffer): Buffer => {
  if (!bytes.includes('""') && !bytes.includes('null')) return bytes;
  const answer = parseJson(bytes.toString('utf8'));
  if (!isObject(answer)) return bytes;
  const given = Object.entries(answer).filter(([, value]) => value !== null && value !== '');
  return Buffer.from(JSON.stringify(Object.fromEntries(given)));
};

/**
 * Speaks with the identity provider over the connections that the gateway has for all that is outside: through its
 * proxies, and with its certificates. Follows no redirect.
 * @param agentFor the connections to an address
 */
export const createProviderFetch =
  (agentFor: (url: URL) => Agent): CustomFetch =>
  async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const sent = bytesOf(body);
    return new Promise<Response>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        agent: agentFor(url),
        method,
        ...(signal && { signal }),
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          ...(sent && { 'content-length': String(sent.length) }),
        },
      });
      request.once('error', reject);
      request.once('response', (message) => {
        const { statusCode = 502, headers: given } = message;
        const told = Object.entries(given).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, String(value)] as [string, string]],
        );
        buffer(Readable.from(bounded(message))).then((bytes) => {
          const body = method === 'POST' ? withoutEmpty(bytes) : bytes;
          const answer = BODILESS.includes(statusCode) ? null : new Uint8Array(body);
          resolve(new Response(answer, { status: statusCode, headers: told }));
        }, reject);
      });
      request.end(sent);
    });
  };
