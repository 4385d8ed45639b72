import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import { isLoopbackHost } from '../config/own-address.ts';

const hostOf = (authority: string): string | undefined =>
  URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`).hostname : undefined;

const isLocal = (host: string | undefined): boolean => host !== undefined && isLoopbackHost(host);

/** A gateway is called by few names: the last one that passed is remembered, since parsing takes time. */
let lastLocalHost = '';

const hasLocalHost = (host: string): boolean => {
  if (host === lastLocalHost) return true;
  if (!isLocal(hostOf(host))) return false;
  lastLocalHost = host;
  return true;
};

/**
 * Without a master key the gateway trusts its machine, not the web pages that its user's browser shows:
 * any of them could send a request to a port of loopback, and a name that is rebound to 127.0.0.1 could
 * read the answer. `Origin` tells the first, `Host` the second.
 * @throws GatewayError forbidden_origin
 */
export const checkPage = ({ origin, host }: IncomingHttpHeaders): void => {
  const fromPage = origin !== undefined && !(URL.canParse(origin) && isLocal(new URL(origin).hostname));
  if (fromPage || (host !== undefined && !hasLocalHost(host))) {
    throw new GatewayError(
      'forbidden_origin',
      fromPage
        ? `a web page (origin ${origin.slice(0, 100)}) may not use this gateway while it has no key. Set GOMODEL_MASTER_KEY where that is wanted.`
        : `the gateway has no key and answers under names of this machine only, not ${host?.slice(0, 100)}. Use localhost, or set GOMODEL_MASTER_KEY.`,
    );
  }
};
