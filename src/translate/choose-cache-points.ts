/** Anthropic takes no more marks in one request, nor do those who pass them on. */
const MAX_MARKS = 4;

/** A token of any text or JSON is at least about as long, so that no prompt is taken for too short. */
const MIN_TOKEN_CHARACTERS = 2;

interface Prompt {
  /** What the prompt consists of, in the order in which the provider reads it; absent parts are empty lists. */
  readonly parts: readonly unknown[];
  /** Indices of the parts that requests of several conversations share, most important first. */
  readonly heads: readonly number[];
  /** Indices of the parts where this request and those before it ended, newest first. */
  readonly ends: readonly number[];
  /** Shorter prefixes are not cached. */
  readonly minTokens: number;
}

/** The index of the first part at whose end the prompt may be long enough; `Infinity` if it nowhere is. */
const firstCacheable = ({ parts, minTokens }: Prompt): number => {
  const enough = minTokens * MIN_TOKEN_CHARACTERS;
  let characters = 0;
  for (const [index, part] of parts.entries()) {
    characters += JSON.stringify(part).length;
    if (characters >= enough) return index;
  }
  return Number.POSITIVE_INFINITY;
};

/**
 * Chooses the parts of a prompt after which the provider is asked to cache it: where the conversation ends now and
 * where it ended a request ago, since the provider looks only twenty blocks back from a mark for what it has cached;
 * then what many conversations begin with; then where it ended before that, for a client that goes back.
 * @returns indices, at most four
 */
export const chooseCachePoints = (prompt: Prompt): ReadonlySet<number> => {
  const { heads, ends } = prompt;
  const first = firstCacheable(prompt);
  const wanted = [...ends.slice(0, 2), ...heads, ...ends.slice(2)];
  return new Set([...new Set(wanted)].filter((index) => index >= first).slice(0, MAX_MARKS));
};

/**
 * Where the requests of a conversation ended: at its last message, and before each of the model's answers.
 * @returns indices, newest first
 */
export const listEnds = (messages: readonly { readonly role: string }[]): number[] => {
  const ends = messages.length > 0 ? [messages.length - 1] : [];
  for (let index = messages.length - 1; index > 0; index--) {
    if (messages[index]?.role === 'assistant') ends.push(index - 1);
  }
  return ends;
};
