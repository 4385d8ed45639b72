import { isObject, objectsOf, parseJson } from '../../base/json-object.ts';
import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import { createBodyReader, MAX_EVENT_BYTES } from '../read-body.ts';
import { createChunkReader } from './create-chunk-reader.ts';
import { findStatus } from './read-error.ts';

/** An answer in one JSON body, or a stream that Google wrote as one list. */
const createJsonReader = (sink: AnswerSink): AnswerReader =>
  createBodyReader((bytes) => {
    const text = bytes.toString('utf8');
    const body = parseJson(text);
    const reader = createChunkReader(sink);
    if (Array.isArray(body)) {
      for (const chunk of objectsOf(body)) reader.apply(chunk, JSON.stringify(chunk));
    } else if (isObject(body)) reader.apply(body, text);
    reader.end();
  });

const createStreamReader = (sink: AnswerSink, upstream: string | undefined): AnswerReader => {
  const reader = createChunkReader(sink, upstream);
  /** Lines that are of no event: Google writes an error in mid-stream as bare JSON. */
  const strayLines: string[] = [];
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onEvent: (_, data) => {
      const text = decodeEventData(data);
      const chunk: unknown = [parseJson(text)].flat().find(isObject);
      if (isObject(chunk)) reader.apply(chunk, text);
    },
    onComment: () => sink.alive?.(),
    onStrayLine: (line) => {
      strayLines.push(line);
    },
  });
  const findStrayError = (): void => {
    for (const text of [strayLines.join('\n'), framer.unfinished() ?? '']) {
      const error = findStatus(parseJson(decodeEventData(text)));
      if (error !== undefined) reader.apply({ error }, text);
    }
  };
  return {
    push: (chunk) => {
      framer.push(chunk);
    },
    end: () => {
      framer.end();
      findStrayError();
      if (framer.skippedEvents > 0) {
        reader.apply(
          { error: { status: 'EVENT_TOO_BIG', message: 'An event in the answer was too big to read.' } },
          '',
        );
      }
      reader.end();
    },
  };
};

/** @param isStream false where the answer is JSON, whatever was asked for */
export const createReader = (sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader =>
  isStream ? createStreamReader(sink, upstream) : createJsonReader(sink);
