import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import { isObject, parseJson } from '../../sse/json-object.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createMessageReader } from './read-message.ts';

/** Results of a search come in one event. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

const BLANK_LINE = Buffer.from('\n\n');

const createStreamReader = (sink: AnswerSink): AnswerReader => {
  const message = createMessageReader(sink);
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onEvent: (_eventName, data) => {
      const event = parseJson(decodeEventData(data));
      if (isObject(event)) message.apply(event);
    },
  });
  return {
    push: (chunk) => framer.push(chunk),
    end: () => {
      framer.end();
      // A last event that lacks only its blank line is read too; one that is cut is no JSON.
      framer.push(BLANK_LINE);
      message.end();
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
      if (isObject(answer)) createMessageReader(sink).read(answer);
    },
  };
};

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export const createReader = (sink: AnswerSink, isStream: boolean): AnswerReader =>
  isStream ? createStreamReader(sink) : createJsonReader(sink);
