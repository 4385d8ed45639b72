import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { UpstreamCredential } from '../../providers/upstream.ts';
import { hopByHopFields } from './hop-by-hop.ts';

/**
 * Fields of the client's that never leave: its credentials at this gateway, and what the gateway states
 * anew. `expect` is answered by this server, and would make http-proxy skip its `proxyReq` event.
 */
const NOT_FORWARDED = new Set([
  'host',
  'authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'content-encoding',
  'content-length',
  'accept-encoding',
  'expect',
  'via',
]);

export interface UpstreamHeadersInput {
  readonly headers: IncomingHttpHeaders;
  /** Host and port of the upstream, as its `Host` field wants it. */
  readonly host: string;
  readonly credential: UpstreamCredential | undefined;
  /** The upstream's own lines; they win over the client's. */
  readonly added?: Readonly<Record<string, string>>;
  /** Length of the decoded body; absent if the body streams through as it comes. */
  readonly bodyBytes: number | undefined;
  /** The pseudonym of this process in `Via`. */
  readonly via: string;
}

/**
 * The header fields that go to the upstream: all of the client's but hop-by-hop ones, credentials and
 * what described the body's coding. The answer is asked for uncoded, so that it can be read on its way.
 * @see RFC 9110 §7.6 (forwarding), §7.6.3 (Via)
 */
export const createUpstreamHeaders = (input: UpstreamHeadersInput): OutgoingHttpHeaders => {
  const { headers, bodyBytes, credential } = input;
  const endsHere = hopByHopFields(headers.connection);
  const forwarded: OutgoingHttpHeaders = {};
  for (const name in headers) {
    if (NOT_FORWARDED.has(name) || endsHere(name) || name.startsWith('x-gomodel-')) continue;
    // The account of a ChatGPT sign-in is the business of ChatGPT's backend alone.
    if (name === 'chatgpt-account-id' && credential?.kind !== 'client') continue;
    forwarded[name] = headers[name];
  }
  for (const name in input.added) forwarded[name] = input.added[name];
  forwarded.host = input.host;
  forwarded['accept-encoding'] = 'identity';
  forwarded.via = headers.via ? `${headers.via}, ${input.via}` : input.via;
  if (credential?.kind === 'own') forwarded[credential.header] = credential.value;
  if (credential?.kind === 'client') forwarded.authorization = headers.authorization;
  if (bodyBytes !== undefined) forwarded['content-length'] = String(bodyBytes);
  else if (headers['content-length'] !== undefined) forwarded['content-length'] = headers['content-length'];
  return forwarded;
};
