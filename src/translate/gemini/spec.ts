import { isObject, parseJson } from '../../base/json-object.ts';
import { REPAIRS } from '../repair/passes.ts';
import { writeRepaired } from '../repair/write-repaired.ts';
import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { geminiNeeds } from './needs.ts';
import { readError } from './read-error.ts';
import { writeCountRequest, writeRequest } from './write-request.ts';

/**
 * Google's own API for Gemini, as its base URL `https://generativelanguage.googleapis.com/v1beta` speaks it.
 * @see https://ai.google.dev/api/generate-content
 */
export const geminiSpec: DialectSpec = {
  dialect: 'gemini',
  writeRequest: (ask, facts = {}) =>
    writeRepaired(ask, {
      passes: REPAIRS.gemini,
      needs: geminiNeeds(ask.model, facts),
      write: writeRequest,
    }),
  count: {
    writeRequest: (ask, facts = {}) =>
      writeRepaired(ask, {
        passes: REPAIRS.gemini,
        needs: geminiNeeds(ask.model, facts),
        write: writeCountRequest,
      }),
    read: (body) => {
      const answer = parseJson(Buffer.from(body).toString('utf8'));
      return isObject(answer) && typeof answer.totalTokens === 'number' ? answer.totalTokens : undefined;
    },
  },
  createReader,
  readError,
};
