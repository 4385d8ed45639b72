import { REPAIRS } from '../repair/passes.ts';
import { writeRepaired } from '../repair/write-repaired.ts';
import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { anthropicNeeds } from './needs.ts';
import { readError } from './read-error.ts';
import { writeRequest } from './write-request.ts';

/** Anthropic's Messages API, whoever speaks it. */
export const createAnthropicSpec = (): DialectSpec => ({
  dialect: 'anthropic',
  writeRequest: (ask, facts = {}) =>
    writeRepaired(ask, { passes: REPAIRS.anthropic, needs: anthropicNeeds(facts), write: writeRequest }),
  createReader,
  readError,
});
