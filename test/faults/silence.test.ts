import { it } from 'vitest';
import { holdAgainst } from '../support/faults/hold-against.ts';
import { SILENCE } from './rows/silence.ts';

it.each(SILENCE)('an upstream that $name', (fault) => holdAgainst(fault, 100_000));
