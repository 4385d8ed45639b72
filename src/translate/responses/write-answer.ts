import { type AnswerWriter, EVENT_STREAM, JSON_TYPE, UNREADABLE_ANSWER } from '../answer-writer.ts';
import { createResponsesSink, type ResponsesSinkDeps } from './create-sink.ts';
import type { ResponseObject } from './emitted-event.ts';

type WriterDeps = Omit<ResponsesSinkDeps, 'emit'>;

/** As server-sent events. */
export const createResponsesStream = (deps: WriterDeps): AnswerWriter => {
  let text = '';
  let events = 0;
  const sink = createResponsesSink({
    ...deps,
    emit: (event) => {
      const data = JSON.stringify({ ...event, sequence_number: events++ });
      text += `event: ${event.type}\ndata: ${data}\n\n`;
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
      if ('response' in event) last = event.response;
    },
  });
  return {
    sink,
    contentType: JSON_TYPE,
    take: () => '',
    end: () => {
      if (last === undefined || last.status === 'in_progress') sink.fail(UNREADABLE_ANSWER);
      return JSON.stringify(last);
    },
  };
};
