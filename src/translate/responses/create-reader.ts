import { isObject, parseJson } from '../../base/json-object.ts';
import { decodeEventData } from '../../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createBodyReader, createEventReader } from '../read-body.ts';
import { readStrayError } from '../stray-error.ts';
import { createResponseReader } from './read-response.ts';

const createStreamReader = (sink: AnswerSink, upstream: string | undefined): AnswerReader => {
  const response = createResponseReader(sink, upstream);
  return createEventReader(sink, {
    onData: (data) => {
      const event = parseJson(decodeEventData(data));
      if (isObject(event)) response.apply(event);
    },
    onEnd: (stray) => {
      const error = readStrayError(stray);
      if (error !== undefined) response.apply({ type: 'error', error });
      response.end();
    },
  });
};

const createJsonReader = (sink: AnswerSink): AnswerReader =>
  createBodyReader((body) => {
    const answer = parseJson(body.toString('utf8'));
    if (isObject(answer)) createResponseReader(sink).read(answer);
  });

/** Of a 2xx answer. @see https://platform.openai.com/docs/api-reference/responses-streaming */
export const createReader = (sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader =>
  isStream ? createStreamReader(sink, upstream) : createJsonReader(sink);
