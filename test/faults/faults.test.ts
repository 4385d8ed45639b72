import { describe, it } from 'vitest';
import { holdAgainst } from '../support/faults/hold-against.ts';
import { ANSWER_FAULTS } from './rows/answers.ts';
import { CLIENT_FAULTS } from './rows/clients.ts';
import { NETWORK_FAULTS } from './rows/network.ts';
import { STOP_FAULTS } from './rows/stops.ts';

const GROUPS = [
  { title: 'an upstream that is not reached, since it', faults: NETWORK_FAULTS },
  { title: 'an upstream that', faults: ANSWER_FAULTS },
  { title: 'a client that', faults: CLIENT_FAULTS },
  { title: 'a gateway that is stopped', faults: STOP_FAULTS },
];

describe.each(GROUPS.map(({ title, faults }) => [title, faults] as const))('%s', (_title, faults) => {
  // Vitest shortens what `$name` stands for.
  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', (_name, fault) => holdAgainst(fault));
});
