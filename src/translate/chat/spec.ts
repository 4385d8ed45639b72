import { REPAIRS } from '../repair/passes.ts';
import { writeRepaired } from '../repair/write-repaired.ts';
import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { chatNeeds } from './needs.ts';
import type { ChatQuirks } from './quirks.ts';
import { readError } from './read-error.ts';
import { writeRequest } from './write-request.ts';

/** The chat-completions API, as the provider with these quirks speaks it. */
export const createChatSpec = (quirks: ChatQuirks = {}): DialectSpec => ({
  dialect: 'chat',
  writeRequest: (ask, facts = {}) =>
    writeRepaired(ask, {
      passes: REPAIRS.chat,
      needs: chatNeeds(quirks, ask.model, facts),
      write: (repaired) => writeRequest(repaired, quirks),
    }),
  createReader: (sink, isStream, upstream) => createReader(sink, isStream, { ...quirks, upstream }),
  readError,
});
