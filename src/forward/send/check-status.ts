import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../../providers/upstream.ts';

/** In place of an answer without a status: as Node calls an answer that it cannot read. */
const noStatus = (): Error =>
  Object.assign(new Error('answered without a status'), { code: 'HPE_INVALID_STATUS' });

const MAX_TARGET = 200;

/** Where a redirect leads, without what may be secret in it; undefined if it does not say. */
const targetOf = (location: string | undefined, baseUrl: URL): string | undefined => {
  if (location === undefined || !URL.canParse(location, baseUrl.href)) return undefined;
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return `${protocol}//${host}${pathname}`.slice(0, MAX_TARGET);
};

/** The variable of an upstream's address, which has the stem of that of its key. */
const addressVariable = ({ keyVariable }: Upstream): string =>
  keyVariable.replace(/_(?:API_KEY|LOGIN)$/, '_BASE_URL');

/** A refusal of an answer with a status of 300 to 399. */
export const redirected = (
  { statusCode, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  upstream: Upstream,
): GatewayError => {
  const { baseUrl } = upstream;
  const target = targetOf(headers.location, baseUrl);
  const what = target === undefined ? 'without a target' : `to ${target}`;
  return new GatewayError(
    'upstream_redirected',
    `${baseUrl.host} redirects ${what} (${statusCode}), which is not followed: keys and conversations go to the configured address alone. Set ${addressVariable(upstream)} to the provider's final address.`,
  );
};

/** Whether the client has a copy of the answer, of which a 304 may say that it still holds. */
const hasCopy = (sent: OutgoingHttpHeaders): boolean =>
  sent['if-none-match'] !== undefined || sent['if-modified-since'] !== undefined;

/**
 * Checks the status of an answer. Clients follow redirects, and would send their credentials and the
 * conversation to whatever host one names.
 * @param sent the header fields of the request
 * @returns why the answer may not be passed on; undefined if it may
 */
export const checkStatus = (
  answer: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  upstream: Upstream,
  sent: OutgoingHttpHeaders,
): Error | undefined => {
  const { statusCode = 0 } = answer;
  // Node reads any three digits, and throws where 099 is to be passed on.
  if (statusCode < 200) return noStatus();
  const isRedirect = statusCode >= 300 && statusCode < 400 && !(statusCode === 304 && hasCopy(sent));
  return isRedirect ? redirected(answer, upstream) : undefined;
};

/**
 * The reason phrase where it may be passed on, else none: Node reads control characters there, and throws
 * where they are to be written.
 * @see RFC 9112 §4 (reason-phrase)
 */
export const reasonPhrase = (statusMessage: string | undefined): string =>
  statusMessage !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage) ? statusMessage : '';
