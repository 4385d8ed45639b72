import type { AnswerSummary } from './answer-summary.ts';

/** More calls than any answer has. Their names are listed with each record. */
export const MAX_TOOL_CALLS = 1024;

/**
 * Adds the name of a call to a summary, or replaces it where the call is known. The list is not made again
 * for each call: that would take quadratic time.
 * @param places by call, the place of its name in the list
 */
export const addToolName = <Key>(
  summary: AnswerSummary,
  places: Map<Key, number>,
  key: Key,
  name: string,
): void => {
  const known = places.get(key);
  if (known !== undefined) {
    summary.toolCalls[known] = name;
  } else if (summary.toolCalls.length < MAX_TOOL_CALLS) {
    places.set(key, summary.toolCalls.length);
    summary.toolCalls.push(name);
  }
};
