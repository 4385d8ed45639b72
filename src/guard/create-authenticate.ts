import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ExchangeRecord } from '../audit/record.ts';
import { GatewayError } from '../base/errors.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const REMEDY =
  'Set GOMODEL_MASTER_KEY to the key of the gateway in the shell that starts Codex, and let `gomodel-ts init-codex` write a provider block that sends it.';

const bearerOf = (headers: IncomingHttpHeaders): string | undefined =>
  /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];

/** Codex hides the message of a 401 beside a ChatGPT sign-in: it tries to refresh its token, and shows that. */
const statusFor = (headers: IncomingHttpHeaders): { status?: number } =>
  headers['chatgpt-account-id'] === undefined ? {} : { status: 403 };

export type Authenticate = (headers: IncomingHttpHeaders) => NonNullable<ExchangeRecord['auth']>;

/**
 * Makes the check of the gateway's own key, in `X-GoModel-Key` or as a bearer token.
 * @param masterKey absent: everyone is let in (the server is bound to loopback then)
 * @returns a function that says who is let in and throws GatewayError missing_api_key or invalid_api_key
 */
export const createAuthenticate = (masterKey: string | undefined): Authenticate => {
  if (masterKey === undefined) return () => 'none';
  const expected = digest(masterKey);
  const isMasterKey = (key: string): boolean => timingSafeEqual(digest(key), expected);
  return (headers) => {
    const own = headers['x-gomodel-key'];
    const bearer = bearerOf(headers);
    const keys = [own, bearer].filter((key) => typeof key === 'string');
    if (keys.some(isMasterKey)) return 'master_key';
    const beside = headers['chatgpt-account-id'] !== undefined;
    if (keys.length === 0 || (beside && own === undefined)) {
      const where = beside ? 'X-GoModel-Key (beside the ChatGPT sign-in)' : 'Authorization or X-GoModel-Key';
      throw new GatewayError(
        'missing_api_key',
        `no gateway key came in ${where}. ${REMEDY}`,
        statusFor(headers),
      );
    }
    const where = own === undefined ? 'Authorization' : 'X-GoModel-Key';
    throw new GatewayError(
      'invalid_api_key',
      `the key in ${where} is not the master key of this gateway. ${REMEDY}`,
      statusFor(headers),
    );
  };
};
