import { isObject, parseJson } from '../../base/json-object.ts';
import { scanElements, scanMembers } from '../../json/scan-members.ts';
import { decodeEventData } from '../../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createBodyReader, createEventReader } from '../read-body.ts';
import { readStrayError } from '../stray-error.ts';
import { createMessageReader } from './read-message.ts';

const createStreamReader = (sink: AnswerSink, upstream: string | undefined): AnswerReader => {
  const message = createMessageReader(sink, upstream);
  return createEventReader(sink, {
    onData: (data) => {
      const event = parseJson(decodeEventData(data));
      if (isObject(event)) message.apply(event);
    },
    onEnd: (stray) => {
      message.end();
      const error = readStrayError(stray);
      if (error !== undefined)
        message.apply({ type: 'error', error: { type: error.code, message: error.message } });
    },
  });
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

const createJsonReader = (sink: AnswerSink): AnswerReader =>
  createBodyReader((body) => {
    const answer = parseJson(body.toString('utf8'));
    if (isObject(answer)) createMessageReader(sink).read(answer, rawInputs(body));
  });

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export const createReader = (sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader =>
  isStream ? createStreamReader(sink, upstream) : createJsonReader(sink);
