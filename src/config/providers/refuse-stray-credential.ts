import { GatewayError } from '../../base/errors.ts';
import { showUrl } from '../../base/show-url.ts';
import { mayReceive, type Source } from '../sources.ts';

export interface Credential {
  /** Where it came from, in words: `OPENAI_API_KEY`, `the ChatGPT sign-in`. */
  readonly origin: string;
  readonly source: Source;
}

export interface Address {
  readonly url: URL;
  /** Where it came from, in words: `OPENAI_BASE_URL in .env`. */
  readonly origin: string;
  readonly source: Source;
  /** What sets it where the user decides: a variable. */
  readonly variable: string;
}

/**
 * The one rule of where a credential may go: to an address whose source is at least as trusted as its own.
 * @throws GatewayError invalid_config
 */
export const refuseStrayCredential = (credential: Credential, address: Address): void => {
  if (mayReceive(address.source, credential.source)) return;
  throw new GatewayError(
    'invalid_config',
    `${credential.origin} would be sent to ${showUrl(address.url)}. That address comes from ${address.origin}, a file of the working folder, and the credential does not: a repository must not choose where your credentials go. If the address is right, set ${address.variable} in your environment; else remove it from the file, or put a key for it beside it.`,
  );
};
