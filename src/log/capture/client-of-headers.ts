import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { POLICY_HEADER } from '../../base/policy-header.ts';
import { SESSION_HEADERS } from '../../base/session-headers.ts';
import type { ExchangeRecord } from '../record.ts';
import { readTraceparent } from './read-traceparent.ts';
import { repositoryOfTurn } from './repository-of-turn.ts';

export interface ClientIdentity {
  readonly client: ExchangeRecord['client'];
  /** The client's own id of this request. */
  readonly clientRequestId?: string;
  readonly trace?: ExchangeRecord['trace'];
}

/** Longer values are no names and no ids; they are cut, so that a record stays small. */
const MAX_VALUE = 200;

/** So much of a value is redacted before it is cut: a key that begins in what stays is whole in it. */
const MAX_REDACTED = 4 * MAX_VALUE;

const VERSION = /^v?(\d[^\s(;,]*)/;

/** Of a `User-Agent`, more is not looked at: a product's name and version stand at its front. */
const MAX_PRODUCT = 256;

interface Product {
  readonly name: string;
  readonly version: string;
}

/**
 * `codex_exec/0.169.0 (…)`, `Codex Desktop/1.2 (…)`, `OpenAI/JS 6.49.0`, `curl/8.5.0`: the first slash or
 * blank that a version follows ends the name, which may hold one slash itself.
 */
const readProduct = (userAgent: string): Product | undefined => {
  const [text = ''] = userAgent.split('(', 1);
  for (let at = 1, slashes = 0; at < text.length && slashes < 2; at++) {
    const character = text.charAt(at);
    if (character !== '/' && character !== ' ') continue;
    const version = VERSION.exec(text.slice(at + 1, at + 1 + MAX_VALUE))?.[1];
    if (version !== undefined) return { name: text.slice(0, at), version };
    if (character === '/') slashes++;
  }
  return undefined;
};

/** The headers that are read; a repeated one counts by its first value. */
const READ = new Set<string>([
  ...SESSION_HEADERS,
  'user-agent',
  'version',
  'originator',
  'thread-id',
  'thread_id',
  'x-codex-turn-metadata',
  POLICY_HEADER,
  'x-client-request-id',
  'x-request-id',
  'traceparent',
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
    typeof value === 'string' && value !== ''
      ? redact(value.slice(0, MAX_REDACTED)).slice(0, MAX_VALUE)
      : undefined;
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (READ.has(name) && !found.has(name)) found.set(name, rawHeaders[index + 1] as string);
  }
  const userAgent = found.get('user-agent')?.trimStart().slice(0, MAX_PRODUCT);
  const product = userAgent === undefined ? undefined : readProduct(userAgent);
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
  set('name', product?.name, userAgent?.split(/[\s/(]/, 1)[0]);
  set('version', product?.version, found.get('version'));
  set('originator', found.get('originator'));
  set('sessionId', ...SESSION_HEADERS.map((name) => found.get(name)), metadata.session_id);
  set('threadId', found.get('thread-id'), found.get('thread_id'), metadata.thread_id);
  set('turnId', metadata.turn_id);
  set('repository', repositoryOfTurn(metadata));
  set('policy', found.get(POLICY_HEADER));

  const clientRequestId = asText(found.get('x-client-request-id') ?? found.get('x-request-id'));
  const trace = readTraceparent(found.get('traceparent'));
  return { client, ...(clientRequestId === undefined ? {} : { clientRequestId }), ...(trace && { trace }) };
};
