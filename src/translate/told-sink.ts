import type { AnswerSink } from './answer-sink.ts';

/** A sink that knows whether the client has been given a piece of the answer. */
export interface ToldSink {
  readonly sink: AnswerSink;
  hasTold(): boolean;
}

export const createToldSink = (sink: AnswerSink): ToldSink => {
  let told = false;
  const noting =
    <Arguments extends readonly unknown[]>(tell: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      told = true;
      tell(...given);
    };
  return {
    sink: {
      ...sink,
      text: noting(sink.text),
      refusal: noting(sink.refusal),
      reasoning: noting(sink.reasoning),
      reasoningState: noting(sink.reasoningState),
      callBegin: noting(sink.callBegin),
      webSearch: noting(sink.webSearch),
    },
    hasTold: () => told,
  };
};
