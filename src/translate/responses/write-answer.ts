import { type AnswerWriter, createObjectWriter, EVENT_STREAM, UNREADABLE_ANSWER } from '../answer-writer.ts';
import { createResponsesSink, type ResponsesSinkDeps } from './emit/create-sink.ts';
import type { EmittedEvent, ResponseObject } from './emit/emitted-event.ts';

interface WriterDeps extends Omit<ResponsesSinkDeps, 'emit'> {
  /** Told of the answer when it is whole, or has failed. */
  readonly onEnd?: (response: ResponseObject) => void;
}

const endOf = (event: EmittedEvent): ResponseObject | undefined =>
  'response' in event && event.response.status !== 'in_progress' ? event.response : undefined;

/** As server-sent events. */
export const createResponsesStream = (deps: WriterDeps): AnswerWriter => {
  let text = '';
  let events = 0;
  const sink = createResponsesSink({
    ...deps,
    emit: (event) => {
      // Spliced in: copying an event costs as much as writing it.
      const data = JSON.stringify(event).slice(0, -1);
      text += `event: ${event.type}\ndata: ${data},"sequence_number":${events++}}\n\n`;
      const ended = endOf(event);
      if (ended !== undefined) deps.onEnd?.(ended);
    },
  });
  const take = (): string => {
    const written = text;
    text = '';
    return written;
  };
  return { sink, contentType: EVENT_STREAM, take, end: take };
};

/** As one object: the response that ends the stream. */
export const createResponsesJson = (deps: WriterDeps): AnswerWriter => {
  let last: ResponseObject | undefined;
  const sink = createResponsesSink({
    ...deps,
    emit: (event) => {
      last = endOf(event);
      if (last !== undefined) deps.onEnd?.(last);
    },
  });
  return createObjectWriter(
    sink,
    () => last,
    () => (last?.status === 'failed' ? (last.error ?? UNREADABLE_ANSWER) : undefined),
  );
};
