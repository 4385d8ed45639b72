import { createEventFramer } from '../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from './answer-sink.ts';

/** The most that is held of one event: results of a search, or a whole answer once more, come in one. */
export const MAX_EVENT_BYTES = 64 * 2 ** 20;

const BLANK_LINE = Buffer.from('\n\n');

interface EventReaderOptions {
  /** What stands in the data lines of an event, still to be decoded by `decodeEventData`. */
  readonly onData: (data: string) => void;
  /** No more events come. */
  readonly onEnd: () => void;
  /** Whether a last event that lacks only its blank line is read too. One that was cut is not JSON. */
  readonly readsLast: boolean;
}

/** Reads an answer that comes as server-sent events; comments are signs of life. */
export const createEventReader = (
  sink: Pick<AnswerSink, 'alive'>,
  { onData, onEnd, readsLast }: EventReaderOptions,
): AnswerReader => {
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onComment: () => sink.alive?.(),
    onEvent: (_eventName, data) => onData(data),
  });
  return {
    push: (chunk) => framer.push(chunk),
    end: () => {
      framer.end();
      if (readsLast) framer.push(BLANK_LINE);
      onEnd();
    },
  };
};

/** Reads an answer that comes in one piece. */
export const createBodyReader = (read: (body: Buffer) => void): AnswerReader => {
  const chunks: Uint8Array[] = [];
  return {
    push: (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
    end: () => read(Buffer.concat(chunks)),
  };
};
