import { type JsonObject, objectsOf } from '../../base/json-object.ts';
import type { ReasoningState } from '../ask.ts';
import type { AssistantTurn, Turn } from './arrange-turns.ts';
import type { ChatQuirks } from './quirks.ts';
import type { Lose } from './write-content.ts';

/** What a provider wants back, as it travels. */
export interface ThoughtState {
  readonly text: string;
  /** The member in which the text came, if it had one of its own. */
  readonly member: ThoughtMember | undefined;
  /** GitHub Copilot: the seal of the thought, which comes beside it in `reasoning_opaque`. */
  readonly opaque: string | undefined;
  /** OpenRouter's account of them: signatures, and what is encrypted. */
  readonly details: readonly JsonObject[];
}

/** `reasoning_text` is GitHub Copilot's. */
export type ThoughtMember = 'reasoning_content' | 'reasoning' | 'reasoning_text';

export const createThoughtState = ({ text, member, opaque, details }: ThoughtState): ReasoningState => ({
  dialect: 'chat',
  data: {
    text,
    ...(member !== undefined && { member }),
    ...(opaque !== undefined && { opaque }),
    ...(details.length > 0 && { details }),
  },
});

const readThoughtState = (state: ReasoningState | undefined): Partial<ThoughtState> => {
  if (state?.dialect !== 'chat') return {};
  const { text, member, opaque, details } = state.data;
  return {
    ...(typeof text === 'string' && { text }),
    ...((member === 'reasoning' || member === 'reasoning_content' || member === 'reasoning_text') && {
      member,
    }),
    ...(typeof opaque === 'string' && { opaque }),
    details: objectsOf(details),
  };
};

export interface ThoughtForm {
  readonly form: ChatQuirks['thoughts'];
  /** The member in which this model is known to tell its thoughts: it may insist on it with every call. */
  readonly known: ThoughtMember | undefined;
}

/** Their makers' servers refuse a call without a thought, whoever runs them (`reasoning_content is missing`). */
const INSISTS = /deepseek|kimi|mimo/i;

/** How the thoughts of a conversation go back, by what its model has told before. */
export const thoughtFormOf = (
  turns: readonly Turn[],
  form: ChatQuirks['thoughts'],
  model: string,
): ThoughtForm => {
  const states = turns.flatMap((turn) => (turn.kind === 'assistant' ? turn.thoughts : []));
  const told = states
    .map(({ state }) => readThoughtState(state).member)
    .find((member) => member !== undefined && member !== 'reasoning_text');
  return { form, known: told ?? (INSISTS.test(model) ? 'reasoning_content' : undefined) };
};

/**
 * The members of a message that give thoughts back to the model which had them. A provider may not know a
 * member in which it never told of a thought.
 */
export const writeThoughts = (
  { thoughts, calls }: Pick<AssistantTurn, 'thoughts' | 'calls'>,
  { form, known }: ThoughtForm,
  lose: Lose,
): JsonObject => {
  const states = thoughts.map(({ text, state }) => ({ text, ...readThoughtState(state) }));
  const text = states
    .map((state) => state.text)
    .filter((part) => part !== '')
    .join('\n\n');
  if (form === 'reasoning_content') {
    // The thought may be another provider's, or lost: a call without any is refused.
    return text === '' && calls.length === 0 ? {} : { reasoning_content: text };
  }
  if (form === 'reasoning_details') {
    const details = states.flatMap((state) => state.details ?? []);
    if (details.length > 0) return { reasoning_details: details };
    // A thought of another model lacks the signature that this one may insist on.
    const own = states.filter((state) => state.member !== undefined);
    if (own.length < states.length) lose('earlier reasoning');
    return own.length === 0 ? {} : { reasoning: own.map((state) => state.text).join('\n\n') };
  }
  const member =
    states.find((state) => state.member !== undefined)?.member ?? (calls.length > 0 ? known : undefined);
  const opaque = states.findLast((state) => state.opaque !== undefined)?.opaque;
  if (form === 'same' && (member !== undefined || opaque !== undefined)) {
    return {
      ...(member !== undefined && { [member]: text }),
      ...(opaque !== undefined && { reasoning_opaque: opaque }),
    };
  }
  if (text !== '') lose('earlier reasoning');
  return {};
};
