import { isObject, parseJson } from '../../base/json-object.ts';
import { readError } from '../chat/read-error.ts';
import { REPAIRS } from '../repair/passes.ts';
import { writeRepaired } from '../repair/write-repaired.ts';
import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { responsesNeeds } from './needs.ts';
import { writeCountRequest, writeRequest } from './write-request.ts';

/** OpenAI's Responses API, for requests that come in another one. */
export const responsesSpec: DialectSpec = {
  dialect: 'responses',
  writeRequest: (ask, facts = {}) =>
    writeRepaired(ask, { passes: REPAIRS.responses, needs: responsesNeeds(facts), write: writeRequest }),
  count: {
    writeRequest: (ask, facts = {}) =>
      writeRepaired(ask, {
        passes: REPAIRS.responses,
        needs: responsesNeeds(facts),
        write: writeCountRequest,
      }),
    read: (body) => {
      const answer = parseJson(Buffer.from(body).toString('utf8'));
      return isObject(answer) && typeof answer.input_tokens === 'number' ? answer.input_tokens : undefined;
    },
  },
  createReader,
  readError,
};
