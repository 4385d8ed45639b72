import type { AnswerSink } from './answer-sink.ts';

/** Writes an answer in the client's API, as bytes. */
export interface AnswerWriter {
  readonly sink: AnswerSink;
  readonly contentType: string;
  /** @returns what has been written since the last call */
  take(): string;
  /** Signals the end of input. @returns the rest; of a stream that was cut, nothing: the gateway closes it */
  end(): string;
  /** Of an answer in one object, after `end`: why it failed, where it did. */
  failure?(): { readonly code: string; readonly message: string } | undefined;
}

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
export const JSON_TYPE = 'application/json';

/** The error for an answer in one piece that is incomplete or unreadable. */
export const UNREADABLE_ANSWER = {
  code: 'upstream_answer_unreadable',
  message: "gomodel-ts: the provider's answer broke off or does not follow its API; try again",
};

/** The error that replaces a call which the client must not run. */
export const brokenCall = (name: string): { code: string; message: string } => ({
  code: UNREADABLE_ANSWER.code,
  message: `gomodel-ts: the provider's call of ${name.slice(0, 100)} has incomplete arguments, so it was not passed on; try again`,
});

/** The error for a stream that continues with another answer. @param upstream its name */
export const secondGeneration = (upstream: string): { code: string; message: string } => ({
  code: 'upstream_stream_restarted',
  message: `gomodel-ts: ${upstream} started its answer again in mid-stream, as happens when an intermediary retries: the first part is incomplete. Try again.`,
});

/** The error for arguments whose call never came. @param upstream its name */
export const lostCall = (upstream: string): { code: string; message: string } => ({
  code: UNREADABLE_ANSWER.code,
  message: `gomodel-ts: the answer of ${upstream} contains arguments that belong to no tool call; try again`,
});

/** The error for an answer without a word. @param upstream its name */
export const emptyAnswer = (upstream: string): { code: string; message: string } => ({
  code: UNREADABLE_ANSWER.code,
  message: `gomodel-ts: ${upstream} sent an empty answer; try again`,
});

/** The error for a stream that ended in words which are not of its API. @param upstream its name */
export const brokenOffWith = (upstream: string, words: string): { code: string; message: string } => ({
  code: UNREADABLE_ANSWER.code,
  message: `gomodel-ts: ${upstream} broke off its answer: ${words}`,
});

/**
 * Writes an answer in one object, at its end.
 * @param answer undefined as long as there is none; a failure that the sink is told of makes one
 */
export const createObjectWriter = (
  sink: AnswerSink,
  answer: () => unknown,
  failure: NonNullable<AnswerWriter['failure']>,
): AnswerWriter => ({
  sink,
  contentType: JSON_TYPE,
  take: () => '',
  end: () => {
    if (answer() === undefined) sink.fail(UNREADABLE_ANSWER);
    return JSON.stringify(answer() ?? {});
  },
  failure,
});

/** The error for an answer that is whole and says nothing. @param upstream its name */
export const wordlessAnswer = (upstream: string): { code: string; message: string } => ({
  code: UNREADABLE_ANSWER.code,
  message: `gomodel-ts: the model of ${upstream} ended its answer without a word or a call; try again`,
});

/** How a provider is called where its name is not known. */
export const SOME_PROVIDER = 'the provider';
