import type { IncomingHttpHeaders } from 'node:http';

/**
 * What Codex says of each request: over HTTP in header fields, over WebSocket, where the header fields are
 * those of the connection, in `client_metadata` (measured with 0.169.0). By header field, the member there.
 */
const PER_REQUEST: ReadonlyMap<string, string> = new Map([
  ['x-codex-turn-metadata', 'x-codex-turn-metadata'],
  ['x-codex-turn-state', 'x-codex-turn-state'],
  ['x-codex-window-id', 'x-codex-window-id'],
  // Where it exports traces (0.171.0).
  ['traceparent', 'ws_request_header_traceparent'],
  ['tracestate', 'ws_request_header_tracestate'],
]);

const isPerRequest = (name: string): boolean => PER_REQUEST.has(name);

/** Of JSON, characters beyond ASCII can be escaped, so that a header field can hold them. */
const toAscii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (character) => {
    const code = character.charCodeAt(0);
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });

const spokenHere = (metadata: ReadonlyMap<string, string>): [name: string, value: string][] =>
  [...PER_REQUEST].flatMap(([name, member]) => {
    const value = metadata.get(member);
    return value ? [[name, toAscii(value)]] : [];
  });

/** The header lines of one request on a connection, for the log: those of the upgrade, and its own. */
export const turnRawHeaders = (
  rawHeaders: readonly string[],
  metadata: ReadonlyMap<string, string>,
): string[] => {
  const lines: string[] = [];
  const own = spokenHere(metadata);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (own.length > 0 && isPerRequest(name.toLowerCase())) continue;
    lines.push(name, rawHeaders[index + 1] as string);
  }
  return lines.concat(...own);
};

const withoutWebSocketBeta = (value: string): string =>
  value
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && !token.startsWith('responses_websockets'))
    .join(', ');

/** The header fields that the same request would have over HTTP. */
export const turnHeaders = (
  upgrade: IncomingHttpHeaders,
  metadata: ReadonlyMap<string, string>,
): IncomingHttpHeaders => {
  const headers: IncomingHttpHeaders = {};
  const own = spokenHere(metadata);
  // A turn's state must not outlive its turn: what the upgrade said counts only for clients that say no more.
  const isSaid = (name: string): boolean => own.length > 0 && isPerRequest(name);
  for (const name in upgrade) {
    if (!name.startsWith('sec-websocket-') && !isSaid(name)) headers[name] = upgrade[name];
  }
  const beta = upgrade['openai-beta'];
  if (typeof beta === 'string') {
    const rest = withoutWebSocketBeta(beta);
    if (rest === '') delete headers['openai-beta'];
    else headers['openai-beta'] = rest;
  }
  for (const [name, value] of own) headers[name] = value;
  headers.accept = 'text/event-stream';
  headers['content-type'] = 'application/json';
  return headers;
};
