import { isObject, parseJson } from '../../base/json-object.ts';
import { scanElements, scanMembers } from '../../json/scan-members.ts';
import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createMessageReader } from './read-message.ts';

/** Results of a search come in one event. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

const BLANK_LINE = Buffer.from('\n\n');

const createStreamReader = (sink: AnswerSink, upstream: string | undefined): AnswerReader => {
  const message = createMessageReader(sink, upstream);
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onComment: () => sink.alive?.(),
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

/** Of so many digits, a number may be none that JavaScript can hold. */
const LONG_NUMBER = /\d{16}/;

/** The inputs of the blocks as they stand in the body, where writing them anew could round a number. */
const rawInputs = (body: Buffer): ((index: number) => string | undefined) => {
  if (!LONG_NUMBER.test(body.toString('latin1'))) return () => undefined;
  const content = scanMembers(body)?.get('content');
  const blocks = content && scanElements(body, content);
  return (index) => {
    const block = blocks?.[index];
    const input = block && scanMembers(body, block)?.get('input');
    return input && body.toString('utf8', input.start, input.end);
  };
};

const createJsonReader = (sink: AnswerSink): AnswerReader => {
  const chunks: Uint8Array[] = [];
  return {
    push: (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
    end: () => {
      const body = Buffer.concat(chunks);
      const answer = parseJson(body.toString('utf8'));
      if (isObject(answer)) createMessageReader(sink).read(answer, rawInputs(body));
    },
  };
};

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export const createReader = (sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader =>
  isStream ? createStreamReader(sink, upstream) : createJsonReader(sink);
