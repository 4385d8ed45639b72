import { createEventFramer, decodeEventData } from '../sse/frame-events.ts';
import type { AnswerReader, AnswerSink } from './answer-sink.ts';

/** The most that is held of one event: results of a search, or a whole answer once more, come in one. */
export const MAX_EVENT_BYTES = 64 * 2 ** 20;

const BLANK_LINE = Buffer.from('\n\n');
/** Of the text that belongs to no event; an error is shorter. */
const MAX_STRAY = 64 * 1024;

interface EventReaderOptions {
  /** What stands in the data lines of an event, still to be decoded by `decodeEventData`. */
  readonly onData: (data: string, eventName: string | undefined) => void;
  /**
   * No more events come; a last one that lacks only its blank line has been read.
   * @param stray lines that are of no event, such as an error as bare JSON; empty if there were none
   */
  readonly onEnd: (stray: string) => void;
}

/** Reads an answer that comes as server-sent events; comments are signs of life. */
export const createEventReader = (
  sink: Pick<AnswerSink, 'alive'>,
  { onData, onEnd }: EventReaderOptions,
): AnswerReader => {
  let stray = '';
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onComment: () => sink.alive?.(),
    onEvent: (eventName, data) => onData(data, eventName),
    onStrayLine: (line) => {
      if (stray.length + line.length < MAX_STRAY) stray += `${line}\n`;
    },
  });
  return {
    push: (chunk) => framer.push(chunk),
    end: () => {
      framer.end();
      // One that was cut is not JSON.
      framer.push(BLANK_LINE);
      onEnd(decodeEventData(stray));
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
