import type { Server } from 'node:http';
import type { Recorder } from '../audit/recorder.ts';
import { GatewayError } from '../base/errors.ts';
import { refuseOnSocket } from '../guard/refuse-on-socket.ts';

/** Answers every upgrade with 426, upon which Codex goes on over HTTP at once. */
export const refuseUpgrades = (server: Server, recorder: Recorder): void => {
  server.on('upgrade', ({ method = 'GET', url = '', rawHeaders }, socket) => {
    const error = new GatewayError(
      'websocket_not_supported',
      'this gateway does not serve WebSocket connections; the same request over HTTP is served.',
    );
    refuseOnSocket(recorder, socket, { method, path: url, transport: 'websocket', rawHeaders }, error);
  });
};
