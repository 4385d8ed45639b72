import { describe, it } from 'vitest';
import { holdWebSocketAgainst } from '../support/faults/hold-websocket-against.ts';
import { WEBSOCKET_BRIDGE_FAULTS } from './rows/websocket-bridge.ts';
import { WEBSOCKET_CLIENT_FAULTS } from './rows/websocket-clients.ts';
import { WEBSOCKET_STOP_FAULTS } from './rows/websocket-stops.ts';
import { WEBSOCKET_UPSTREAM_FAULTS } from './rows/websocket-upstreams.ts';

const GROUPS = [
  { title: 'an upstream over WebSocket that', faults: WEBSOCKET_UPSTREAM_FAULTS },
  { title: 'an upstream over HTTP, for a client over WebSocket, that', faults: WEBSOCKET_BRIDGE_FAULTS },
  { title: 'a client over WebSocket that', faults: WEBSOCKET_CLIENT_FAULTS },
  { title: 'a gateway that is stopped without grace', faults: WEBSOCKET_STOP_FAULTS },
];

describe.each(GROUPS.map(({ title, faults }) => [title, faults] as const))('%s', (_title, faults) => {
  // Vitest shortens what `$name` stands for.
  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', (_name, fault) =>
    holdWebSocketAgainst(fault),
  );
});
