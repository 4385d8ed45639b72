import { isLoopbackHost } from '../../config/own-address.ts';
import { isListedInNoProxy } from '../../config/providers/no-proxy-list.ts';

/** True if `NO_PROXY` lists the host, or where it is loopback, which is never reached through a proxy. */
export const bypassesProxy = (target: URL, noProxy: string | undefined): boolean =>
  isLoopbackHost(target.hostname) || isListedInNoProxy(target, noProxy);
