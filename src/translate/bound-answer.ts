import type { AnswerSink } from './answer-sink.ts';
import { UNREADABLE_ANSWER } from './answer-writer.ts';

/**
 * What a translated answer may hold. An answer is built up in the memory of the gateway, and the client is
 * told of its items three times: a provider that goes on for ever must not take everybody's memory.
 *
 * The largest output of a known model is 128,000 tokens, some 600 KB of text.
 */
export const ANSWER_BOUNDS = {
  /** Of the provider, on the wire: providers write up to 500 bytes around each token of a stream. */
  bodyBytes: 256 * 2 ** 20,
  /** Characters of text, thought and refusal together. */
  text: 16 * 2 ** 20,
  /** Characters of one call's arguments: the longest that was ever recorded, a patch, has 400,000. */
  callArguments: 8 * 2 ** 20,
  /** Characters of the arguments of all calls. */
  allArguments: 32 * 2 ** 20,
  /** Clients act on one call after another; more than 128 at once have never been seen. */
  calls: 1024,
  /** Changes between text, thought and other items. */
  items: 8192,
} as const;

/** Some servers lose a call that they cannot read, and say all the same that there was one. */
const NO_CALL = {
  code: UNREADABLE_ANSWER.code,
  message: 'gomodel-ts: the provider says that its model called a tool, and sent no call; try again',
};

export type AnswerBounds = { readonly [Bound in keyof typeof ANSWER_BOUNDS]: number };

export interface BoundedAnswer {
  readonly sink: AnswerSink;
  /** @returns false if the answer has become too large, and nothing more of it is read */
  takes(bytes: number): boolean;
}

const tooLarge = (what: string): { code: string; message: string } => ({
  code: 'upstream_invalid_answer',
  message: `gomodel-ts: the provider's answer has ${what}, more than any model writes: it was cut off. Try again; if it happens again, the provider or a proxy in front of it is at fault.`,
});

/**
 * Ends an answer that goes beyond its bounds with an error, once; what comes after it is passed over. One that ends
 * with calls has some.
 */
export const boundAnswer = (sink: AnswerSink, bounds: AnswerBounds = ANSWER_BOUNDS): BoundedAnswer => {
  const count = { bodyBytes: 0, text: 0, allArguments: 0, calls: 0, items: 0 };
  const argumentsOf = new Map<string, number>();
  let kind = '';
  let isOver = false;
  let hasText = false;

  const breakOff = (what: string): false => {
    isOver = true;
    argumentsOf.clear();
    sink.fail(tooLarge(what));
    return false;
  };
  const add = (bound: keyof typeof count, more: number, unit: string): boolean => {
    if (isOver) return false;
    count[bound] += more;
    if (count[bound] <= bounds[bound]) return true;
    return breakOff(`more than ${bounds[bound].toLocaleString('en-US')} ${unit}`);
  };
  /** A piece of an item; another kind than before begins the next item. */
  const item = (next: string): boolean => {
    const isNew = next !== kind;
    kind = next;
    return isNew ? add('items', 1, 'items') : !isOver;
  };
  const text =
    (next: string, tell: (delta: string) => void) =>
    (delta: string): void => {
      if (item(next) && add('text', delta.length, 'characters')) tell(delta);
    };

  return {
    sink: {
      ...sink,
      text: text('text', (delta) => {
        hasText ||= delta.trim() !== '';
        sink.text(delta);
      }),
      refusal: text('refusal', (delta) => {
        hasText ||= delta !== '';
        sink.refusal(delta);
      }),
      reasoning: text('reasoning', sink.reasoning),
      reasoningState: (state) => {
        kind = '';
        if (item('state')) sink.reasoningState(state);
      },
      callBegin: (key, call) => {
        kind = 'call';
        if (add('calls', 1, 'calls')) sink.callBegin(key, call);
      },
      callArguments: (key, delta) => {
        if (!add('allArguments', delta.length, 'characters of arguments')) return;
        const length = (argumentsOf.get(key) ?? 0) + delta.length;
        argumentsOf.set(key, length);
        if (length > bounds.callArguments) {
          breakOff(
            `a call with more than ${bounds.callArguments.toLocaleString('en-US')} characters of arguments`,
          );
        } else sink.callArguments(key, delta);
      },
      callEnd: (key) => {
        if (!isOver) sink.callEnd(key);
      },
      webSearch: (query) => {
        kind = '';
        if (item('search')) sink.webSearch(query);
      },
      finish: (reason, words) => {
        if (isOver) return;
        const lacksCall = reason === 'calls' && count.calls === 0;
        if (lacksCall && !hasText) sink.fail(NO_CALL);
        else sink.finish(lacksCall ? 'stop' : reason, words);
      },
      fail: (error) => {
        if (!isOver) sink.fail(error);
      },
    },
    takes: (bytes) => add('bodyBytes', bytes, 'bytes'),
  };
};
