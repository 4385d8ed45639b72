import type { ProviderError } from './translation.ts';

const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'invalid_request_error'],
  [429, 'rate_limit_error'],
]);

/** A provider's error as OpenAI would write it: clients show `error.message` and look at `error.code`. */
export const writeErrorEnvelope = (status: number, error: ProviderError): string => {
  const type = error.type ?? TYPES.get(status) ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return JSON.stringify({ error: { message: error.message, type, code: error.code ?? null, param: null } });
};
