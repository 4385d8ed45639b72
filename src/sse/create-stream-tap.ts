import { isObject, parseJson } from '../base/json-object.ts';
import type { Api } from './answer-summary.ts';
import type { Breach } from './breach.ts';
import { closeStream, endEvent, isWholeData } from './close-stream.ts';
import type { EventReducer } from './create-event-reducer.ts';
import type { StreamFailure } from './failure-event.ts';
import { createEventFramer, decodeEventData } from './frame-events.ts';
import { createReader } from './readers/create-reader.ts';
import { readUnfinishedEvent } from './readers/read-unfinished-event.ts';

/** Reads the bytes of one SSE body on their way to the client. Never throws, keeps no chunk. */
export interface AnswerTap extends Omit<EventReducer, 'apply'> {
  push(chunk: Uint8Array): void;
  /** Whether this chunk may end an event that clients act on, so that it should be admitted before it leaves. */
  mustAdmit(chunk: Buffer): boolean;
  /**
   * Reads a chunk before it leaves.
   * @returns how many of its bytes may leave: all of them, or those before an event that is a breach
   */
  admit(chunk: Buffer): number;
  /** Set where the stream has broken the grammar of its API; nothing is read after that. */
  breach(): Breach | undefined;
  /** No more bytes will come. Also reads a last event whose closing blank line is missing. */
  end(): void;
  /**
   * The bytes that the client still needs, after `end()`: none where the answer had ended; the missing
   * blank line where only that was cut off; else what closes a cut event safely, and the failure as an
   * event that the client shows. An `error` event of the upstream's own is repeated there instead of
   * `failure`, since Codex ignores `error` events.
   */
  closing(failure: StreamFailure): Buffer;
}

// Terminal events of 20 MB have been seen; one event is all that a tap ever holds.
const MAX_EVENT_BYTES = 64 * 2 ** 20;

/** Besides `AnswerTap`: another bound, for tests and for readers of stored bodies. */
interface StreamTapOptions {
  readonly maxEventBytes?: number;
  /** Sees every event, with the text of its data. */
  readonly onEvent?: (eventName: string | undefined, data: string) => void;
}

/** The ends of those events' types, as JSON has them; of the other APIs' events none is held back. */
const ACTED_ON: Readonly<Partial<Record<Api, readonly string[]>>> = {
  responses: ['.done"', '.completed"', '.created"'],
  messages: ['"message_start"', '"content_block_start"', '"message_stop"'],
  // Calls are acted on when the stream has ended.
  chat: ['[DONE]'],
};
const BLANK_LINE = /\r\n\r?\n|\n\r?\n|\r\r/g;

/** Whether events of this API are read before they leave. */
export const isGuarded = (api: Api): boolean => ACTED_ON[api] !== undefined;

/** Whether an event in these bytes may be one that clients act on. */
export const mayBeActedOn = (bytes: Buffer, api: Api = 'responses'): boolean =>
  ACTED_ON[api]?.some((mark) => bytes.includes(mark)) ?? false;

/** The places after the blank lines of a chunk, and its end. */
const endsOfEvents = (chunk: Buffer): number[] => {
  const ends = Array.from(
    chunk.toString('latin1').matchAll(BLANK_LINE),
    (line) => line.index + line[0].length,
  );
  return ends.at(-1) === chunk.length ? ends : [...ends, chunk.length];
};

/** Reads an SSE body as its bytes pass. */
export const createStreamTap = (api: Api, options: StreamTapOptions = {}): AnswerTap => {
  const reader = createReader(api);
  const { onEvent, maxEventBytes = MAX_EVENT_BYTES } = options;
  let unreadable = 0;
  let lastData = '';
  let ended = false;
  let blankLineIsMissing = false;
  /** The bytes of the breach were held back: those before them are the last that have left. */
  let isHeldBack = false;

  const apply = (eventName: string | undefined, data: string): void => {
    // Also of the same chunk: nothing behind a breach is read, however the stream is cut.
    if (reader.breach !== undefined) return;
    tap.events++;
    lastData = data;
    if (!reader.apply(eventName, data, decodeEventData)) unreadable++;
    tap.terminal = reader.terminal;
    onEvent?.(eventName, decodeEventData(data));
  };
  const framer = createEventFramer({ maxEventBytes, onEvent: apply });

  /** Clients of chat completions end upon `[DONE]`, whatever follows in its event. */
  const endsWithDone = (): boolean =>
    api === 'chat' && readUnfinishedEvent(framer.unfinished() ?? '')?.data.startsWith('[DONE]') === true;

  const lastSequenceNumber = (): number => {
    const event = parseJson(lastData);
    const number = isObject(event) ? event.sequence_number : undefined;
    return typeof number === 'number' ? number : tap.events - 1;
  };

  const tap = {
    summary: reader.summary,
    events: 0,
    skippedEvents: 0,
    terminal: false as boolean,
    breach: () => reader.breach,
    push: (chunk: Uint8Array) => {
      if (reader.breach !== undefined) return;
      framer.push(chunk);
      tap.skippedEvents = unreadable + framer.skippedEvents;
    },
    mustAdmit: (chunk: Buffer) => isGuarded(api) && (!framer.isBetweenEvents() || mayBeActedOn(chunk, api)),
    admit: (chunk: Buffer) => {
      let admitted = 0;
      for (const end of endsOfEvents(chunk)) {
        tap.push(chunk.subarray(admitted, end));
        if (endsWithDone()) reader.end?.();
        isHeldBack = reader.breach !== undefined;
        if (isHeldBack) return admitted;
        admitted = end;
      }
      return admitted;
    },
    end: () => {
      if (ended) return;
      ended = true;
      if (reader.breach !== undefined) return;
      framer.end();
      const wasTerminal = reader.terminal;
      const last = readUnfinishedEvent(framer.unfinished() ?? '');
      if (last !== undefined && isWholeData(last.data)) apply(last.eventName, last.data);
      // Of one that was cut off, its end says enough.
      if (reader.terminal) reader.end?.();
      tap.terminal = reader.terminal;
      tap.skippedEvents = unreadable + framer.skippedEvents;
      blankLineIsMissing = reader.terminal && !wasTerminal;
    },
    closing: (failure: StreamFailure) => {
      const isBreach = reader.breach !== undefined;
      const unfinished = isHeldBack ? framer.unfinishedBefore() : framer.unfinished();
      if (reader.terminal && !isBreach)
        return Buffer.from(blankLineIsMissing ? endEvent(unfinished ?? '') : '');
      const { responseId, model, error } = reader.summary;
      const answer = { responseId, model, sequenceNumber: lastSequenceNumber() + 1 };
      const told = { ...failure, ...(error ?? { message: `gomodel-ts: ${failure.message}` }) };
      // The end of a chat is held back alone: what has begun before it may be read.
      return closeStream(api, unfinished, told, answer, isBreach && api !== 'chat');
    },
  } satisfies AnswerTap;
  return tap;
};
