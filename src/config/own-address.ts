import { BlockList, isIP } from 'node:net';

/** For the many ways in which an IPv6 address may be spelled, those of IPv4 addresses included. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True for the names and addresses that never leave the machine, however they are spelled. */
export const isLoopbackHost = (host: string): boolean => {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const family = isIP(name);
  // Asked for every request: a list of the engine's makes an object for each question, which is ten times slower.
  if (family === 4) return name.startsWith('127.');
  return family === 6 && (name === '::1' || LOOPBACK.check(name, 'ipv6'));
};

/**
 * True where `url` leads to a gateway bound to `host` (absent: loopback) and `port`. By name only: what
 * another name resolves to is found out by the `Via` of a request that comes round.
 */
export const isOwnAddress = (
  url: URL,
  bound: { readonly host: string | undefined; readonly port: number },
): boolean => {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (port !== bound.port) return false;
  const everywhere = bound.host === '0.0.0.0' || bound.host === '::';
  return (
    isLoopbackHost(url.hostname) ||
    url.hostname === bound.host ||
    (everywhere && (url.hostname === '0.0.0.0' || url.hostname === '[::]'))
  );
};
