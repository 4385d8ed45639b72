import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Ask } from '../ask.ts';

/**
 * How a client asks for its conversation to be made short: at a path of its own, or by a last item of an
 * ordinary request.
 */
export type CompactionForm = 'endpoint' | 'item';

const isTrigger = (item: unknown): boolean => isObject(item) && item.type === 'compaction_trigger';

/** @param path below `/v1` */
export const compactionFormOf = (path: string, { input }: JsonObject): CompactionForm | undefined => {
  if (/^\/responses\/compact\/?(?:\?|$)/.test(path)) return 'endpoint';
  return Array.isArray(input) && isTrigger(input.at(-1)) ? 'item' : undefined;
};

/** The request without what asks for a compaction. */
export const withoutTrigger = (request: JsonObject): JsonObject =>
  Array.isArray(request.input)
    ? { ...request, input: request.input.filter((item) => !isTrigger(item)) }
    : request;

const PROMPT = `This conversation is about to be cut off here, and another model will go on with the task. It will see your summary in place of everything above, and nothing else of it.

Write that summary, and nothing beside it. Do not go on with the task and call no tool. Say:
- what the user wants, with every condition and preference, in the user's own words where the wording matters;
- what has been done: files read, made and changed (with their paths, and what changed in them), commands run and what came of them;
- what was found out, and which decisions were made for what reasons, wrong ways included;
- names, values, addresses and snippets that the rest of the task needs exactly;
- what is still to be done, and the very next step.`;

/** Asks the model for a summary in place of its next answer. Its tools stay, so that a cached prefix still counts. */
export const toSummaryAsk = (ask: Ask): Ask => {
  const { format, toolChoice, maxOutputTokens, verbosity, stop, ...rest } = ask;
  return {
    ...rest,
    items: [...ask.items, { kind: 'message', role: 'user', parts: [{ kind: 'text', text: PROMPT }] }],
    ...(ask.tools.length > 0 && { toolChoice: { kind: 'none' } }),
    wantsReasoning: false,
    // A client that waits for one object is not told of what comes before; a connection is kept busy by it.
    stream: true,
  };
};

/** What the model that goes on reads in place of the conversation. */
export const labelSummary = (summary: string, model: string, isCutOff: boolean): string =>
  `Summary of the conversation up to here, written by ${model} when gomodel-ts made it short${
    isCutOff ? ' (cut off at the limit of its length)' : ''
  }:\n\n${summary}`;
