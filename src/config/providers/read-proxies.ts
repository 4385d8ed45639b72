import { GatewayError } from '../../base/errors.ts';
import type { Environment } from '../data-dir.ts';

/** What the network between here and the providers asks for. */
export interface ProxySettings {
  /** For `https` providers: an absolute URL with one of `PROXY_SCHEMES`. */
  readonly https?: string;
  /** For `http` providers. */
  readonly http?: string;
  /** The value of `NO_PROXY`. */
  readonly no?: string;
  /** PEM texts of certificates that are trusted beside the usual ones. */
  readonly certificates?: readonly string[];
}

const PROXY_SCHEMES = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

interface FoundVariable {
  readonly name: string;
  readonly value: string;
}

/** Whether `Proxy-Authorization` can be made of it: a bare `%` in a password cannot be decoded. */
const isDecodable = ({ username, password }: URL): boolean => {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
};

/** Without a scheme, `http://` is meant. */
const completeAddress = (value: string): { full: string; url: URL | undefined } => {
  const text = value.trim();
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text.replace(/^\/\//, '')}`;
  return { full, url: URL.canParse(full) ? new URL(full) : undefined };
};

/** In place of a proxy's address: none, whatever the environment says. */
export const DIRECT = 'direct';

/** @returns the whole address of a proxy that can be asked, or `direct`; else undefined */
export const parseProviderProxy = (text: string): string | undefined => {
  if (text.trim().toLowerCase() === DIRECT) return DIRECT;
  const { full, url } = completeAddress(text);
  return url?.hostname && PROXY_SCHEMES.includes(url.protocol) && isDecodable(url) ? full : undefined;
};

/**
 * Reads the address of a proxy as curl does: without a scheme, `http://` is meant.
 * @throws GatewayError invalid_config with the variable's name, never with its value, which may hold a password
 */
const parseProxy = ({ name, value }: FoundVariable): string => {
  const { full, url } = completeAddress(value);
  if (url && !PROXY_SCHEMES.includes(url.protocol)) {
    throw new GatewayError(
      'invalid_config',
      `${name} names a proxy of the kind ${url.protocol}//, and the gateway speaks to http, https and socks5 proxies. Set ${name} to one of these, or unset it.`,
    );
  }
  if (!url?.hostname || !isDecodable(url)) {
    throw new GatewayError(
      'invalid_config',
      `${name} is not the address of a proxy, such as http://proxy.example:3128. Correct it or unset it; in a password, write special characters percent-encoded (%40 for @, %25 for %).`,
    );
  }
  return full;
};

const findVariable = (env: Environment, ...names: readonly string[]): FoundVariable | undefined => {
  for (const name of names.flatMap((known) => [known.toLowerCase(), known])) {
    const value = env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
};

/** The variables that each kind of proxy is read from, the first that is set; also in lower case, which wins. */
export const PROXY_VARIABLES = {
  https: ['HTTPS_PROXY', 'ALL_PROXY'],
  http: ['HTTP_PROXY', 'ALL_PROXY'],
  no: ['NO_PROXY'],
} as const;

/**
 * `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case.
 * @throws GatewayError invalid_config where one is not the address of a proxy
 */
export const readProxies = (env: Environment): ProxySettings => {
  const https = findVariable(env, ...PROXY_VARIABLES.https);
  const http = findVariable(env, ...PROXY_VARIABLES.http);
  const no = findVariable(env, ...PROXY_VARIABLES.no);
  return {
    ...(https && { https: parseProxy(https) }),
    ...(http && { http: parseProxy(http) }),
    ...(no && { no: no.value }),
  };
};
