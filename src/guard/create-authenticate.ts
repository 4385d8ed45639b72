import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import { type Caller, MASTER, UNGUARDED } from './caller.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const REMEDY =
  'Run `npx gomodel-ts init-codex`, which writes the provider block, and set in the shell that starts Codex what it names: OPENAI_API_KEY to the key of the gateway or, beside a ChatGPT sign-in, GOMODEL_MASTER_KEY.';

const MESSAGES_REMEDY =
  'Set ANTHROPIC_AUTH_TOKEN to GOMODEL_MASTER_KEY, the key of the gateway, in the shell that starts this client.';

const bearerOf = (headers: IncomingHttpHeaders): string | undefined =>
  /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];

/** Who has a ChatGPT sign-in takes a 401 for its end: it tries to renew its token, and shows how that failed. */
const statusFor = (headers: IncomingHttpHeaders): { status?: number } =>
  headers['chatgpt-account-id'] === undefined ? {} : { status: 403 };

/** Takes the gateway's own key out of the header fields, so that it cannot leave for an upstream. */
export type Authenticate = (headers: IncomingHttpHeaders) => Caller;

/** Where clients of any API send a key, as the header field that says it best. */
const KEY_FIELDS = ['x-gomodel-key', 'authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

const keyOf = (name: (typeof KEY_FIELDS)[number], headers: IncomingHttpHeaders): string | undefined => {
  if (name === 'authorization') return bearerOf(headers);
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/**
 * Makes the check of the gateway's own key: in `X-GoModel-Key`, as a bearer token, or wherever the client's
 * own API has its key.
 * @param masterKey absent: everyone is let in (the server is bound to loopback then)
 * @returns a function that says who is let in and throws GatewayError missing_api_key or invalid_api_key
 */
export const createAuthenticate = (masterKey: string | undefined): Authenticate => {
  if (masterKey === undefined) return () => UNGUARDED;
  const expected = digest(masterKey);
  const isMasterKey = (key: string): boolean => timingSafeEqual(digest(key), expected);
  const removeKey = (headers: IncomingHttpHeaders): void => {
    for (const name of KEY_FIELDS) {
      const key = keyOf(name, headers);
      if (key !== undefined && isMasterKey(key)) delete headers[name];
    }
  };
  return (headers) => {
    const sent: string[] = [];
    for (const name of KEY_FIELDS) {
      const key = keyOf(name, headers);
      if (key === undefined) continue;
      if (isMasterKey(key)) {
        removeKey(headers);
        return MASTER;
      }
      sent.push(name);
    }
    const beside = headers['chatgpt-account-id'] !== undefined;
    const [first] = sent;
    const remedy = headers['anthropic-version'] === undefined ? REMEDY : MESSAGES_REMEDY;
    if (first === undefined || (beside && first !== 'x-gomodel-key')) {
      const where = beside ? 'X-GoModel-Key (beside the ChatGPT sign-in)' : 'Authorization or X-GoModel-Key';
      throw new GatewayError(
        'missing_api_key',
        `no gateway key came in ${where}. ${remedy}`,
        statusFor(headers),
      );
    }
    const where =
      first === 'x-gomodel-key' ? 'X-GoModel-Key' : first === 'authorization' ? 'Authorization' : first;
    throw new GatewayError(
      'invalid_api_key',
      `the key in ${where} is not the master key of this gateway. ${remedy}`,
      statusFor(headers),
    );
  };
};
