import { GatewayError } from '../../base/errors.ts';
import { trimTrailing } from '../../base/trim-text.ts';
import { isLoopbackHost } from '../../config/own-address.ts';

/** Where to sign in where `--gateway` says nothing. */
export const GATEWAY_VARIABLE = 'GOMODEL_GATEWAY';

/**
 * The address of a gateway to sign in to; tokens are sent there, so it is https beyond this machine.
 * @param text with or without `/v1` at its end
 * @returns without a slash at its end
 * @throws GatewayError invalid_usage
 */
export const parseGateway = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (!url || !isSecure || url.username || url.search || url.hash) {
    throw new GatewayError(
      'invalid_usage',
      `${text.slice(0, 200)} is not the address of a gateway: that is an https URL such as https://gw.corp.example, or an http URL of this machine.`,
    );
  }
  return trimTrailing(url.origin + url.pathname.replace(/\/v1\/?$/, ''), '/');
};
