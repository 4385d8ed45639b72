import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceTable } from '../support/codex/render-matrix.ts';
import {
  describeFault,
  describeSignal,
  describeWebSocketFault,
  type FaultGroup,
  renderFaults,
} from '../support/faults/render-faults.ts';
import { ANSWER_FAULTS } from './rows/answers.ts';
import { CLIENT_FAULTS } from './rows/clients.ts';
import { NETWORK_FAULTS } from './rows/network.ts';
import { RESOURCE_FAULTS } from './rows/resources.ts';
import { SIGNAL_FAULTS } from './rows/signals.ts';
import { SILENCE } from './rows/silence.ts';
import { STOP_FAULTS } from './rows/stops.ts';
import { WEBSOCKET_BRIDGE_FAULTS } from './rows/websocket-bridge.ts';
import { WEBSOCKET_CLIENT_FAULTS } from './rows/websocket-clients.ts';
import { WEBSOCKET_SIGNAL_FAULTS, WEBSOCKET_STOP_FAULTS } from './rows/websocket-stops.ts';
import { WEBSOCKET_UPSTREAM_FAULTS } from './rows/websocket-upstreams.ts';

const PAGE = join(import.meta.dirname, 'README.md');

const GROUPS: readonly FaultGroup[] = [
  { title: 'an upstream that is not reached, since it', rows: NETWORK_FAULTS.map(describeFault) },
  { title: 'an upstream that', rows: [...ANSWER_FAULTS, ...SILENCE].map(describeFault) },
  { title: 'a client that', rows: CLIENT_FAULTS.map(describeFault) },
  {
    title: 'an upstream over WebSocket that',
    rows: WEBSOCKET_UPSTREAM_FAULTS.map(describeWebSocketFault),
  },
  {
    title: 'an upstream over HTTP, for a client over WebSocket, that',
    rows: WEBSOCKET_BRIDGE_FAULTS.map(describeWebSocketFault),
  },
  { title: 'a client over WebSocket that', rows: WEBSOCKET_CLIENT_FAULTS.map(describeWebSocketFault) },
  {
    title: 'a gateway that is stopped without grace',
    rows: [...STOP_FAULTS.map(describeFault), ...WEBSOCKET_STOP_FAULTS.map(describeWebSocketFault)],
  },
  {
    title: 'a gateway',
    rows: [
      ...[...SIGNAL_FAULTS, ...WEBSOCKET_SIGNAL_FAULTS].map(describeSignal),
      ...Object.values(RESOURCE_FAULTS),
    ],
  },
];

it('is in the page, row by row', () => {
  const page = readFileSync(PAGE, 'utf8');
  const written = replaceTable(page, 'faults', renderFaults(GROUPS));
  if (process.env.GOMODEL_WRITE_FAULTS) writeFileSync(PAGE, written);
  else expect(page).toBe(written);
});

it('has no two faults of one name', () => {
  const names = GROUPS.flatMap(({ title, rows }) => rows.map(({ name }) => `${title} ${name}`));
  expect(new Set(names).size).toBe(names.length);
});
