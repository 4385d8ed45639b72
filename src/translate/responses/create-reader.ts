import { isObject, parseJson } from '../../base/json-object.ts';
import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createResponseReader } from './read-response.ts';

/** The last event holds the whole answer once more. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

const BLANK_LINE = Buffer.from('\n\n');

const createStreamReader = (sink: AnswerSink, upstream: string | undefined): AnswerReader => {
  const response = createResponseReader(sink, upstream);
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onComment: () => sink.alive?.(),
    onEvent: (_, data) => {
      const event = parseJson(decodeEventData(data));
      if (isObject(event)) response.apply(event);
    },
  });
  return {
    push: (chunk) => framer.push(chunk),
    end: () => {
      framer.end();
      // A last event that lacks only its blank line is read too; one that is cut is not JSON.
      framer.push(BLANK_LINE);
      response.end();
    },
  };
};

const createJsonReader = (sink: AnswerSink): AnswerReader => {
  const chunks: Uint8Array[] = [];
  return {
    push: (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
    end: () => {
      const answer = parseJson(Buffer.concat(chunks).toString('utf8'));
      if (isObject(answer)) createResponseReader(sink).read(answer);
    },
  };
};

/** Of a 2xx answer. @see https://platform.openai.com/docs/api-reference/responses-streaming */
export const createReader = (sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader =>
  isStream ? createStreamReader(sink, upstream) : createJsonReader(sink);
