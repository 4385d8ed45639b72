import type { AnswerSink } from '../answer-sink.ts';
import type { AnswerWriter } from '../answer-writer.ts';

/** How much of a text's end may be the beginning of a sequence. */
const beginningLength = (text: string, sequence: string): number => {
  for (let length = Math.min(sequence.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(sequence.slice(0, length))) return length;
  }
  return 0;
};

const watchStops = (sink: AnswerSink, stops: readonly string[]): AnswerSink => {
  /** The end of the text, which may become a sequence. */
  let held = '';
  let reached: string | undefined;

  const tell = (text: string): void => {
    if (text !== '') sink.text(text);
  };
  const release = (): void => {
    const text = held;
    held = '';
    tell(text);
  };
  const first = (text: string): { at: number; sequence: string } | undefined =>
    stops
      .map((sequence) => ({ at: text.indexOf(sequence), sequence }))
      .filter(({ at }) => at !== -1)
      .toSorted((one, other) => one.at - other.at || other.sequence.length - one.sequence.length)[0];
  /** What the model says behind the sequence is not passed on; what it costs is. */
  const unlessReached =
    <Given extends readonly unknown[]>(pass: (...given: Given) => void) =>
    (...given: Given): void => {
      if (reached !== undefined) return;
      release();
      pass(...given);
    };

  return {
    ...sink,
    text: (delta) => {
      if (reached !== undefined) return;
      const text = held + delta;
      const found = first(text);
      if (found !== undefined) {
        reached = found.sequence;
        held = '';
        tell(text.slice(0, found.at));
        return;
      }
      const keep = Math.max(...stops.map((sequence) => beginningLength(text, sequence)));
      held = text.slice(text.length - keep);
      tell(text.slice(0, text.length - keep));
    },
    refusal: unlessReached(sink.refusal),
    reasoning: unlessReached(sink.reasoning),
    reasoningState: unlessReached(sink.reasoningState),
    callBegin: unlessReached(sink.callBegin),
    webSearch: unlessReached(sink.webSearch),
    finish: (reason, words) => {
      release();
      if (reached === undefined) {
        sink.finish(reason, words);
        return;
      }
      sink.stoppedAt?.(reached);
      sink.finish('stop');
    },
    fail: (error) => {
      release();
      sink.fail(error);
    },
  };
};

/** A writer whose answer ends before the first of these sequences; the very same one where there are none. */
export const withStops = (writer: AnswerWriter, stops: readonly string[]): AnswerWriter => {
  const readable = stops.filter((sequence) => sequence !== '');
  return readable.length === 0 ? writer : { ...writer, sink: watchStops(writer.sink, readable) };
};
