import { describe, it } from 'vitest';
import { holdProcessAgainst } from '../support/faults/hold-process-against.ts';
import { SIGNAL_FAULTS } from './rows/signals.ts';
import { WEBSOCKET_SIGNAL_FAULTS } from './rows/websocket-stops.ts';

describe('a gateway', () => {
  it.each([...SIGNAL_FAULTS, ...WEBSOCKET_SIGNAL_FAULTS])('that gets $signal $name', (fault) =>
    holdProcessAgainst(fault),
  );
});
