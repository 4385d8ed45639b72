import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';

/** A browser cannot set header fields, so OpenAI takes its key among the names of subprotocols. */
const KEY_PREFIX = 'openai-insecure-api-key.';

/** @see RFC 9110 §5.6.2 (token) */
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/;

const FIELD = 'sec-websocket-protocol';

/**
 * The subprotocols that a client offers, in its order.
 * @throws GatewayError invalid_request where they are not a list of distinct tokens
 */
export const subprotocolsOf = (headers: IncomingHttpHeaders): readonly string[] => {
  const offered = headers[FIELD];
  if (offered === undefined) return [];
  const names = offered.split(',').map((name) => name.trim());
  if (names.every((name) => TOKEN.test(name)) && new Set(names).size === names.length) return names;
  throw new GatewayError(
    'invalid_request',
    'the header Sec-WebSocket-Protocol is malformed: it must list distinct names, separated by commas.',
    { param: FIELD },
  );
};

/**
 * Moves a key that came as a subprotocol to where all other clients send theirs, so that it is checked like
 * one and never leaves as a name.
 */
export const moveProtocolKey = (headers: IncomingHttpHeaders): void => {
  const offered = headers[FIELD]?.split(',').map((name) => name.trim()) ?? [];
  const key = offered.find((name) => name.startsWith(KEY_PREFIX))?.slice(KEY_PREFIX.length);
  if (key === undefined) return;
  const others = offered.filter((name) => !name.startsWith(KEY_PREFIX));
  if (others.length > 0) headers[FIELD] = others.join(', ');
  else delete headers[FIELD];
  headers.authorization ??= `Bearer ${key}`;
};
