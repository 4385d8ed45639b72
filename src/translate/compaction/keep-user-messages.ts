import { isObject, type JsonObject } from '../../base/json-object.ts';

/** About 16,000 tokens. */
const MAX_CHARACTERS = 64 * 1024;

const isUserMessage = (item: unknown): item is JsonObject =>
  isObject(item) && item.role === 'user' && (item.type === undefined || item.type === 'message');

/**
 * What a compacted conversation keeps beside its summary: the last of what the user said, word for word.
 * @param input of the request that asked for it
 */
export const keepUserMessages = (input: unknown): JsonObject[] => {
  const kept: JsonObject[] = [];
  let characters = 0;
  for (const item of Array.isArray(input) ? input.toReversed() : []) {
    if (!isUserMessage(item)) continue;
    characters += JSON.stringify(item).length;
    if (characters > MAX_CHARACTERS) break;
    kept.unshift({ type: 'message', ...item });
  }
  return kept;
};
