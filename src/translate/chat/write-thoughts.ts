import { isObject, type JsonObject, objectsOf } from '../../sse/json-object.ts';
import type { ReasoningState } from '../ask.ts';
import type { AssistantTurn } from './arrange-turns.ts';
import type { ChatQuirks } from './quirks.ts';
import type { Lose } from './write-content.ts';

/** What a provider wants back, as it travels: the text, and OpenRouter's own account of it. */
export interface ThoughtState {
  readonly text?: string;
  readonly details?: readonly JsonObject[];
}

export const createThoughtState = ({ text, details }: ThoughtState): ReasoningState => ({
  dialect: 'chat',
  data: { ...(text !== undefined && { text }), ...(details !== undefined && { details }) },
});

const readThoughtState = (state: ReasoningState | undefined): ThoughtState => {
  if (state?.dialect !== 'chat' || !isObject(state.data)) return {};
  const { text, details } = state.data;
  return {
    ...(typeof text === 'string' && { text }),
    ...(Array.isArray(details) && { details: objectsOf(details) }),
  };
};

/**
 * The members of a message that give thoughts back to the model which had them. Where a provider insists on
 * a text with every call, there is one, be it empty: the thought may be another provider's, or lost.
 */
export const writeThoughts = (
  { thoughts, calls }: AssistantTurn,
  form: ChatQuirks['thoughts'],
  lose: Lose,
): JsonObject => {
  if (form === undefined) {
    if (thoughts.length > 0) lose('earlier reasoning');
    return {};
  }
  const states = thoughts.map(({ text, state }) => ({ text, ...readThoughtState(state) }));
  const text = states
    .map((state) => state.text)
    .filter((part) => part !== '')
    .join('\n\n');
  if (form === 'reasoning_content') {
    return text === '' && calls.length === 0 ? {} : { reasoning_content: text };
  }
  const details = form === 'reasoning_details' ? states.flatMap((state) => state.details ?? []) : [];
  if (details.length > 0) return { reasoning_details: details };
  return text === '' ? {} : { reasoning: text };
};
