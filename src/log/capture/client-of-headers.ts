import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import type { ExchangeRecord } from '../record.ts';

export interface ClientIdentity {
  readonly client: ExchangeRecord['client'];
  /** The client's own id of this request. */
  readonly clientRequestId?: string;
}

/** Longer values are no names and no ids; they are cut, so that a record stays small. */
const MAX_VALUE = 200;

/** `codex_exec/0.169.0 (…)`, `Codex Desktop/1.2 (…)`, `OpenAI/JS 6.49.0`, `curl/8.5.0`. */
const PRODUCT = /^\s*([^/(]+?(?:\/[A-Za-z]+)?)[/ ]v?(\d[^\s(;,]*)/;

/** The headers that are read; a repeated one counts by its first value. */
const READ = new Set([
  'user-agent',
  'version',
  'originator',
  'session_id',
  'session-id',
  'thread-id',
  'thread_id',
  'x-codex-turn-metadata',
  'x-client-request-id',
  'x-request-id',
]);

const parseTurnMetadata = (header: string | undefined): JsonObject => {
  const metadata = header === undefined ? undefined : parseJson(header);
  return isObject(metadata) ? metadata : {};
};

/**
 * Who sent a request, and for which session and turn, by what Codex (old and new) and other clients
 * send. Total: what is absent or malformed is left out.
 * @param rawHeaders as node:http gives them: name, value, name, value…
 * @param redact takes secrets out of each value
 */
export const mapHeadersToClient = (
  rawHeaders: readonly string[],
  redact: (text: string) => string,
): ClientIdentity => {
  const asText = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? redact(value).slice(0, MAX_VALUE) : undefined;
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (READ.has(name) && !found.has(name)) found.set(name, rawHeaders[index + 1] as string);
  }
  const userAgent = found.get('user-agent');
  const product = userAgent === undefined ? null : PRODUCT.exec(userAgent);
  const metadata = parseTurnMetadata(found.get('x-codex-turn-metadata'));

  const client: ExchangeRecord['client'] = {};
  const set = (key: keyof typeof client, ...candidates: unknown[]): void => {
    for (const candidate of candidates) {
      const value = asText(candidate);
      if (value !== undefined) {
        client[key] = value;
        return;
      }
    }
  };
  set('name', product?.[1], userAgent?.trim().split(/[\s/(]/, 1)[0]);
  set('version', product?.[2], found.get('version'));
  set('originator', found.get('originator'));
  set('sessionId', found.get('session-id'), found.get('session_id'), metadata.session_id);
  set('threadId', found.get('thread-id'), found.get('thread_id'), metadata.thread_id);
  set('turnId', metadata.turn_id);

  const clientRequestId = asText(found.get('x-client-request-id') ?? found.get('x-request-id'));
  return { client, ...(clientRequestId === undefined ? {} : { clientRequestId }) };
};
