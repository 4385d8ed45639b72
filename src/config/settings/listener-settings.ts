import { parseTrustedProxies } from '../read-trusted-proxies.ts';
import { parseText } from './parse-values.ts';
import { type Parse, setting } from './setting.ts';

const parsePort: Parse<number> = (text) => {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
};

/** An IPv6 address also as URLs write it. */
const parseHost: Parse<string> = (text) => text.trim().replace(/^\[([^\]]*)\]$/, '$1') || undefined;

/** Where the gateway listens, and for whom. */
export const LISTENER_SETTINGS = {
  port: setting({
    variable: 'PORT',
    path: ['server', 'port'],
    takes: 'a port from 0 (any free one) to 65535',
    summary: 'where the gateway listens',
    parse: parsePort,
    fallback: '8080',
  }),
  host: setting({
    variable: 'HOST',
    path: ['server', 'host'],
    takes: 'a host name or an address',
    summary: 'the address to bind; loopback, IPv4 and IPv6, if absent',
    parse: parseHost,
  }),
  tlsCert: setting({
    variable: 'TLS_CERT',
    path: ['server', 'tls', 'cert'],
    takes: 'the path of a file',
    summary:
      "the gateway's certificate and those that signed it, PEM: clients speak https; read again when it changes",
    parse: parseText,
  }),
  tlsKey: setting({
    variable: 'TLS_KEY',
    path: ['server', 'tls', 'key'],
    takes: 'the path of a file',
    summary: 'the private key of TLS_CERT, PEM, without a passphrase',
    parse: parseText,
  }),
  trustedProxies: setting({
    variable: 'TRUSTED_PROXIES',
    path: ['server', 'trusted_proxies'],
    takes: 'addresses and networks such as 10.0.0.0/8, ::1, and none that has everybody in it',
    summary: 'proxies in front whose X-Forwarded-For, -Proto and -Host count; nobody if absent',
    parse: parseTrustedProxies,
  }),
  masterKey: setting({
    variable: 'GOMODEL_MASTER_KEY',
    path: ['server', 'master_key'],
    takes: 'any text',
    summary: 'the key that clients must send; open on loopback if absent',
    secret: true,
    parse: parseText,
  }),
} as const;
