import type { JsonObject } from '../ask.ts';
import type { Content } from './write-contents.ts';

/** Google's documented placeholder for calls without a Gemini signature. */
const BYPASS = 'skip_thought_signature_validator';

const isAnswer = (part: JsonObject): boolean => 'functionResponse' in part;

/** Where the current turn begins: after the last user message; tool results do not count. */
const currentTurn = (contents: readonly Content[]): number =>
  contents.findLastIndex(({ role, parts }) => role === 'user' && !parts.some(isAnswer)) + 1;

/**
 * From Gemini 3 on, the first call of each step of the current turn must be signed, else the request is
 * refused with 400.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const completeSignatures = (contents: readonly Content[], lose: (what: string) => void): void => {
  for (const { parts } of contents.slice(currentTurn(contents))) {
    const index = parts.findIndex((part) => 'functionCall' in part);
    const call = parts[index];
    if (call === undefined || 'thoughtSignature' in call) continue;
    parts[index] = { ...call, thoughtSignature: BYPASS };
    lose('thought signature of calls that have none (bypassed)');
  }
};
