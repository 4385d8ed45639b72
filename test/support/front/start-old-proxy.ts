import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy that knows no WebSocket, as nginx without `proxy_set_header Upgrade`: it passes the rest of a handshake on. */
export const startOldProxy = async (gatewayUrl: string): Promise<string> => {
  const forward = ({ url = '', method, headers }: IncomingMessage) => {
    const { upgrade: _upgrade, ...rest } = headers;
    return http.request(`${gatewayUrl}${url}`, { method, headers: { ...rest, connection: 'close' } });
  };
  const proxy = http.createServer((request, response) => {
    const passed = forward(request);
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  proxy.on('upgrade', (request, socket) => {
    const passed = forward(request);
    passed.on('response', (answer) => {
      socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`);
      socket.write('content-type: application/json\r\nconnection: close\r\n\r\n');
      answer.pipe(socket);
    });
    passed.on('error', () => socket.destroy());
    passed.end();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
};
