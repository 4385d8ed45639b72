import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** A host as it is compared: in lower case, without brackets, zone and trailing dot. */
const plainHost = (host: string): string =>
  (
    host
      .toLowerCase()
      .replace(/^\[([^\]]*)\]$/, '$1')
      .split('%', 1)[0] ?? ''
  ).replace(/\.$/, '');

/**
 * Splits `host:port`. A bare IPv6 address has colons of its own, and therefore no port.
 * @returns the port as text, or undefined where the entry is for all ports
 */
const splitPort = (entry: string): readonly [host: string, port: string | undefined] => {
  if (isIP(entry.replace(/\/\d+$/, '')) === 6) return [entry, undefined];
  const [, host = entry, port] = /^(.*?):(\d+)$/.exec(entry) ?? [];
  return [host, port];
};

/** Whether the entry is an address or a CIDR block that holds the address. */
const holdsAddress = (entry: string, address: string): boolean => {
  const family = isIP(address);
  if (family === 0) return false;
  const [network = '', prefix] = entry.split('/');
  const plainNetwork = plainHost(network);
  const kind = isIP(plainNetwork);
  const maxPrefix = kind === 4 ? 32 : 128;
  const length = prefix === undefined ? maxPrefix : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (kind === 0 || length < 0 || length > maxPrefix) return false;
  const block = new BlockList();
  block.addSubnet(plainNetwork, length, kind === 4 ? 'ipv4' : 'ipv6');
  return block.check(address, family === 4 ? 'ipv4' : 'ipv6');
};

/** `corp`, `.corp` and `*.corp` each mean the domain and all below it. */
const holdsName = (entry: string, host: string): boolean => {
  const name = plainHost(entry.replace(/^\*?\./, ''));
  const domain = domainToASCII(name) || name;
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
};

/**
 * True where a value of `NO_PROXY` lists the host, in any form that curl, Go or Python reads: `*`, a domain
 * (with its subdomains, with or without `.` or `*.` before it), an address (IPv6 with or without brackets), a
 * CIDR block, each with a port or without.
 */
export const isListedInNoProxy = (target: URL, noProxy: string | undefined): boolean => {
  const host = plainHost(target.hostname);
  const targetPort = target.port || (target.protocol === 'https:' ? '443' : '80');
  return (noProxy ?? '')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean)
    .some((entry) => {
      const [name, port] = splitPort(entry.replace(/^[a-z]+:\/\//, '').replace(/\/$/, ''));
      if (port !== undefined && port !== targetPort) return false;
      return name === '*' || holdsAddress(name, host) || holdsName(name, host);
    });
};
