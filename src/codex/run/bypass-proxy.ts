import type { Environment } from '../../config/data-dir.ts';
import { isListedInNoProxy } from '../../config/providers/no-proxy-list.ts';

/** How clients may spell a gateway on their own machine. */
const LOOPBACK_SPELLINGS = ['localhost', '127.0.0.1', '::1'];

/** The proxy variables that count for an `http` address, and so for a gateway. */
const HTTP_PROXY_VARIABLES = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

const plainHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const entriesOf = (value: string): string[] => value.split(/[\s,;]+/).filter(Boolean);

const extend = (value: string, hosts: readonly string[]): string => {
  const entries = entriesOf(value);
  if (entries.includes('*')) return value;
  const known = new Set(entries.map((entry) => entry.toLowerCase()));
  const missing = hosts.filter((host) => !known.has(host));
  if (missing.length === 0) return value;
  // What stands there stays as its user wrote it.
  return [value.trim().replace(/,$/, ''), ...missing].filter(Boolean).join(',');
};

export type NoProxyVariables = Readonly<Record<'NO_PROXY' | 'no_proxy', string>>;

/**
 * The variables that keep Codex's requests to the gateway away from a proxy. Codex itself sends loopback
 * addresses through one. Programs differ in which of the two variables they prefer, so both are set.
 * @param gatewayUrl the gateway's address, which need not be loopback
 */
export const bypassProxyFor = (gatewayUrl: URL, env: Environment): NoProxyVariables => {
  const hosts = [...new Set([...LOOPBACK_SPELLINGS, plainHost(gatewayUrl)])];
  return {
    NO_PROXY: extend(env.NO_PROXY || env.no_proxy || '', hosts),
    no_proxy: extend(env.no_proxy || env.NO_PROXY || '', hosts),
  };
};

/**
 * The proxy variable by which Codex's requests to the gateway would end at a proxy.
 * @returns undefined if none is set, or `NO_PROXY` lists the gateway
 */
export const findProxyBefore = (gatewayUrl: URL, env: Environment): string | undefined => {
  const variable = HTTP_PROXY_VARIABLES.find((name) => env[name]?.trim());
  // Codex reads the upper-case variable first, and the other where that is not there.
  const noProxy = env.NO_PROXY ?? env.no_proxy;
  return isListedInNoProxy(gatewayUrl, noProxy) ? undefined : variable;
};
