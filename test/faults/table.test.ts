import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceTable } from '../support/codex/render-matrix.ts';
import {
  describeFault,
  describeSignal,
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

const README = join(import.meta.dirname, '../../README.md');

const GROUPS: readonly FaultGroup[] = [
  { title: 'an upstream that is not reached, since it', rows: NETWORK_FAULTS.map(describeFault) },
  { title: 'an upstream that', rows: [...ANSWER_FAULTS, ...SILENCE].map(describeFault) },
  { title: 'a client that', rows: CLIENT_FAULTS.map(describeFault) },
  { title: 'a gateway that is stopped without grace', rows: STOP_FAULTS.map(describeFault) },
  { title: 'a gateway', rows: [...SIGNAL_FAULTS.map(describeSignal), ...Object.values(RESOURCE_FAULTS)] },
];

it('is in the README, row by row', () => {
  const readme = readFileSync(README, 'utf8');
  const written = replaceTable(readme, 'faults', renderFaults(GROUPS));
  if (process.env.GOMODEL_WRITE_FAULTS) writeFileSync(README, written);
  else expect(readme).toBe(written);
});

it('has no two faults of one name', () => {
  const names = GROUPS.flatMap(({ title, rows }) => rows.map(({ name }) => `${title} ${name}`));
  expect(new Set(names).size).toBe(names.length);
});
