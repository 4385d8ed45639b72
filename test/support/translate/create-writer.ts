import { randomBytes } from 'node:crypto';
import type { AnswerWriter } from '../../../src/translate/answer-writer.ts';
import { echoRequest } from '../../../src/translate/responses/emit/response-object.ts';
import { createToolNames, type ToolNames } from '../../../src/translate/responses/tool-names.ts';
import { createResponsesJson, createResponsesStream } from '../../../src/translate/responses/write-answer.ts';
import { createSealer } from '../../../src/translate/seal.ts';

export const testSealer = createSealer(randomBytes(32));

/** Tools of each kind, so that a sink can name them back. */
export const testNames = (): ToolNames => {
  const names = createToolNames();
  names.wireOf({ kind: 'custom', name: 'apply_patch' });
  names.wireOf({ kind: 'tool_search', name: 'tool_search' });
  names.wireOf({ kind: 'function', name: 'spawn', namespace: 'agents' });
  return names;
};

/** Writes an answer of the Responses API, as a client of a translated model gets it. */
export const createWriter = (form: 'stream' | 'json', request: Record<string, unknown> = {}): AnswerWriter =>
  (form === 'stream' ? createResponsesStream : createResponsesJson)({
    names: testNames(),
    sealer: testSealer,
    clock: { now: () => 1_763_769_600_000 },
    model: 'asked-for',
    echo: echoRequest(request),
  });
