import { createHash } from 'node:crypto';
import type { Turn } from './arrange-turns.ts';
import type { ChatQuirks } from './quirks.ts';

/** The id that a provider is told, by the one that is unique in the conversation. */
export type CallIds = (callId: string) => string;

const SHORT_ID_LENGTH = 9;

/** Mistral: nine letters and digits. The same id becomes the same one in every turn. */
const shortId = (callId: string): string =>
  /^[a-zA-Z0-9]{9}$/.test(callId)
    ? callId
    : createHash('sha256').update(callId).digest('hex').slice(0, SHORT_ID_LENGTH);

/** Whoever serves them: in a history with other ids these models end their turn without a word. */
const COUNTS_ITS_CALLS = /kimi-?k2/i;

/**
 * Kimi's own form: the name of the tool, and the number of the call in the whole conversation.
 * @see https://github.com/MoonshotAI/Kimi-K2/blob/main/docs/tool_call_guidance.md
 */
const countedIds = (turns: readonly Turn[]): CallIds => {
  const calls = turns.flatMap((turn) => (turn.kind === 'assistant' ? turn.calls : []));
  const counted = new Map(calls.map(({ id, call }, at) => [id, `functions.${call.name}:${at}`]));
  return (callId) => counted.get(callId) ?? callId;
};

/** How the calls of a conversation are named to a model. */
export const callIdsFor = (turns: readonly Turn[], quirks: ChatQuirks, model: string): CallIds => {
  if (COUNTS_ITS_CALLS.test(model)) return countedIds(turns);
  return quirks.shortCallIds ? shortId : (callId) => callId;
};
