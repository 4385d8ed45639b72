import type { FinishReason } from '../answer-sink.ts';

/** How an answer ended: with a reason that clients know, or with a message. */
export type Ending =
  | { readonly kind: 'finish'; readonly reason: FinishReason; readonly words?: string }
  | { readonly kind: 'fail'; readonly code: string; readonly message: string };

const WITHHELD = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** Google tells these by their names alone. */
const WORDS: Readonly<Record<string, string>> = {
  MALFORMED_FUNCTION_CALL: 'the model wrote a tool call that cannot be read',
  MALFORMED_RESPONSE: 'the model wrote an answer that cannot be read',
  UNEXPECTED_TOOL_CALL: 'the model called a tool that it was not given',
  TOO_MANY_TOOL_CALLS: 'the model called too many tools in a row',
  MISSING_THOUGHT_SIGNATURE: 'a thought signature was missing from the request',
  LANGUAGE: 'the model does not speak the language',
};

/** @param message Google's own words, which it seldom adds */
export const readFinish = (reason: string, message: string | undefined, hasCalls: boolean): Ending => {
  if (reason === 'STOP' || reason === 'FINISH_REASON_UNSPECIFIED') {
    return { kind: 'finish', reason: hasCalls ? 'calls' : 'stop' };
  }
  if (reason === 'MAX_TOKENS' || reason === 'CONTINUATION') return { kind: 'finish', reason: 'length' };
  if (WITHHELD.has(reason)) {
    const words = `Gemini withheld its answer: ${message ?? reason}`;
    return { kind: 'finish', reason: 'filter', words };
  }
  const words = message ?? WORDS[reason] ?? 'Google gives no further reason';
  return {
    kind: 'fail',
    code: reason.toLowerCase(),
    message: `Gemini ended its answer with ${reason}: ${words}`,
  };
};
