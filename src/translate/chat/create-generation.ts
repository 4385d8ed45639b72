import { createGenerationWatch } from '../../sse/generation-watch.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { createLeftCallReader } from './marked/read-left-calls.ts';
import { createMarkedTextReader } from './marked/read-marked-text.ts';
import type { ChatQuirks } from './quirks.ts';
import { type CallReader, createCallReader } from './read-calls.ts';
import { createThoughtReader } from './read-thoughts.ts';

/** A reader of marks in the text, and the sink through which it hears of thoughts. */
const createMarked = (sink: AnswerSink, { thinkTags = false, leftCalls = thinkTags }: ChatQuirks) => {
  if (!leftCalls) return { sink, create: () => undefined };
  const inThoughts = createLeftCallReader(sink, () => undefined);
  const hearing: AnswerSink = {
    ...sink,
    reasoning: (delta) => {
      inThoughts.read(delta);
      sink.reasoning(delta);
    },
  };
  return {
    sink: hearing,
    create: (calls: CallReader, endThought: () => void) =>
      createMarkedTextReader({
        sink: hearing,
        calls,
        endThought,
        thinkTags,
        thoughtCalls: () => inThoughts.end().calls,
      }),
  };
};

/** What is known of one generation. */
export const createGeneration = (sink: AnswerSink, quirks: ChatQuirks) => {
  const marked = createMarked(sink, quirks);
  const thoughts = createThoughtReader(marked.sink, quirks.thoughts);
  const calls = createCallReader(sink);
  return {
    thoughts,
    calls,
    marked: marked.create(calls, thoughts.end),
    watch: createGenerationWatch(),
    reason: undefined as string | undefined,
  };
};
