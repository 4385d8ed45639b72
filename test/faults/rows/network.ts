import type { ErrorOrigin } from '../../../src/base/errors.ts';
import type { Fault, Place } from '../../support/faults/fault.ts';
import { nowhere, proxyServer, rawServer, tlsServer } from '../../support/faults/places.ts';

const QUICK = { timeouts: { connectMs: 150 } };

const refused = (status: number, code: string, origin: ErrorOrigin): Fault['expect'] => ({
  client: [{ status, code, origin }],
  asked: 0,
  records: [{ status, finish: 'failed', code, origin }],
});
const unreachable = refused(502, 'upstream_unreachable', 'network');
const brokenOff = refused(502, 'upstream_unreachable', 'upstream');
const tooLate = refused(504, 'upstream_timeout', 'network');

const at = (name: string, place: () => Promise<Place>, expect = unreachable): Fault => ({
  name,
  place,
  expect,
});
const answering =
  (status: string) =>
  (socket: { end(text: string): unknown; once: (event: 'data', act: () => void) => unknown }) => {
    socket.once('data', () => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`));
  };

/** Ways to an upstream that lead nowhere. */
export const NETWORK_FAULTS: readonly Fault[] = [
  at('refuses the connection', () => nowhere((port) => `http://127.0.0.1:${port}/v1`)),
  at('refuses the connection for TLS', () => nowhere((port) => `https://127.0.0.1:${port}/v1`)),
  at('has a name that does not resolve', () => nowhere('http://no-such-host.invalid/v1')),
  at('has a certificate that nobody has signed', () => tlsServer(2)),
  at('has a certificate that has expired', () => tlsServer(-1)),
  at('speaks no newer TLS than 1.1', () =>
    tlsServer(2, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ),
  at('speaks no TLS where it should', () =>
    rawServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n'))),
  ),
  at(
    'resets in the TLS handshake',
    () => rawServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    brokenOff,
  ),
  at(
    'ends the connection in the TLS handshake',
    () => rawServer((socket) => socket.once('data', () => socket.end())),
    brokenOff,
  ),
  {
    ...at('is silent in the TLS handshake', () => rawServer((socket) => socket.resume()), tooLate),
    gateway: QUICK,
  },
  at('is behind a proxy that refuses the tunnel', () => proxyServer('https', answering('403 Forbidden'))),
  at('is behind a proxy that wants a password', () =>
    proxyServer('https', answering('407 Proxy Authentication Required')),
  ),
  at('is behind a proxy that resets', () =>
    proxyServer('https', (socket) => socket.once('data', () => socket.resetAndDestroy())),
  ),
  at('is behind a proxy that ends the connection', () =>
    proxyServer('https', (socket) => socket.once('data', () => socket.end())),
  ),
  at('is behind a proxy that speaks another protocol', () =>
    proxyServer('https', (socket) => socket.once('data', () => socket.end('220 mail ready\r\n'))),
  ),
  {
    ...at(
      'is behind a proxy that is silent',
      () => proxyServer('https', (socket) => socket.resume()),
      tooLate,
    ),
    gateway: QUICK,
  },
  at('is behind a proxy that cannot be reached', async () => ({
    ...(await nowhere('https://upstream.test/v1')),
    env: { HTTPS_PROXY: (await nowhere((port) => `http://127.0.0.1:${port}`)).url },
  })),
];
