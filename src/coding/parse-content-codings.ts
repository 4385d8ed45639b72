import { GatewayError } from '../base/errors.ts';
import { trimCharacters } from '../base/trim-text.ts';

/** A content coding that the gateway undoes, by its registered name. */
export type Coding = 'zstd' | 'gzip' | 'deflate' | 'br';

/** What a client may send, in the order in which the gateway would rather have it. */
const ACCEPTED = 'zstd, gzip, deflate, br';

/** More than this is a way to make a server work, not a way to save bytes; undici draws the line here too. */
const MAX_CODINGS = 5;

const CODING_OF_NAME: ReadonlyMap<string, Coding> = new Map([
  ['zstd', 'zstd'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
]);

const unsupported = (message: string): GatewayError =>
  new GatewayError('unsupported_content_encoding', message, {
    param: 'content-encoding',
    headers: { 'Accept-Encoding': ACCEPTED },
  });

/** What the client wrote, short enough and harmless enough to be shown to its user. */
const quote = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);

/**
 * Reads `Content-Encoding`.
 * @param header the header as received: absent, one line, or one entry per repeated line
 * @returns the codings in the order in which they were applied, `identity` and empty elements left out;
 *   the last one is undone first
 * @throws GatewayError unsupported_content_encoding if a coding is unknown, or where there are more
 *   than five; its headers carry the `Accept-Encoding` that RFC 9110 asks for
 * @see RFC 9110 §8.4 (names in any case, `x-gzip` is `gzip`), §5.6.1 (empty list elements), §15.5.16
 */
export const parseContentCodings = (header: string | readonly string[] | undefined): Coding[] => {
  if (header === undefined) return [];
  const codings: Coding[] = [];
  for (const element of (typeof header === 'string' ? header : header.join(',')).split(',')) {
    const name = trimCharacters(element, ' \t').toLowerCase();
    if (name === '' || name === 'identity') continue;
    const coding = CODING_OF_NAME.get(name);
    if (coding === undefined) {
      throw unsupported(
        `cannot undo Content-Encoding ${quote(name)}; send the body as ${ACCEPTED}, or without Content-Encoding`,
      );
    }
    codings.push(coding);
  }
  if (codings.length > MAX_CODINGS) {
    throw unsupported(
      `Content-Encoding lists ${codings.length} codings, and at most ${MAX_CODINGS} are undone; send the body with one`,
    );
  }
  return codings;
};
