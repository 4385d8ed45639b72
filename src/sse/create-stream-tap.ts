import { isObject, parseJson } from '../base/json-object.ts';
import type { Api } from './answer-summary.ts';
import { closeStream, endEvent, isWholeData } from './close-stream.ts';
import type { EventReducer } from './create-event-reducer.ts';
import { createReader } from './create-reader.ts';
import type { StreamFailure } from './failure-event.ts';
import { createEventFramer, decodeEventData } from './frame-events.ts';
import { readUnfinishedEvent } from './read-unfinished-event.ts';

/** Reads the bytes of one SSE body beside their way to the client. Never throws, keeps no chunk. */
export interface AnswerTap extends Omit<EventReducer, 'apply'> {
  push(chunk: Uint8Array): void;
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

/** Beside `AnswerTap`: another bound, for tests and for readers of stored bodies. */
interface StreamTapOptions {
  readonly maxEventBytes?: number;
  /** Sees every event, with the text of its data. */
  readonly onEvent?: (eventName: string | undefined, data: string) => void;
}

/** Reads an SSE body as its bytes pass. */
export const createStreamTap = (api: Api, options: StreamTapOptions = {}): AnswerTap => {
  const reader = createReader(api);
  const { onEvent, maxEventBytes = MAX_EVENT_BYTES } = options;
  let unreadable = 0;
  let lastData = '';
  let ended = false;
  let blankLineIsMissing = false;

  const apply = (eventName: string | undefined, data: string): void => {
    tap.events++;
    lastData = data;
    if (!reader.apply(eventName, data, decodeEventData)) unreadable++;
    tap.terminal = reader.terminal;
    onEvent?.(eventName, decodeEventData(data));
  };
  const framer = createEventFramer({ maxEventBytes, onEvent: apply });

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
    push: (chunk: Uint8Array) => {
      framer.push(chunk);
      tap.skippedEvents = unreadable + framer.skippedEvents;
    },
    end: () => {
      if (ended) return;
      ended = true;
      framer.end();
      const wasTerminal = reader.terminal;
      const last = readUnfinishedEvent(framer.unfinished() ?? '');
      if (last !== undefined && isWholeData(last.data)) apply(last.eventName, last.data);
      tap.skippedEvents = unreadable + framer.skippedEvents;
      blankLineIsMissing = reader.terminal && !wasTerminal;
    },
    closing: (failure: StreamFailure) => {
      const unfinished = framer.unfinished();
      if (reader.terminal) return Buffer.from(blankLineIsMissing ? endEvent(unfinished ?? '') : '');
      const { responseId, model, error } = reader.summary;
      const answer = { responseId, model, sequenceNumber: lastSequenceNumber() + 1 };
      const told = { ...failure, ...(error ?? { message: `gomodel-ts: ${failure.message}` }) };
      return closeStream(api, unfinished, told, answer);
    },
  } satisfies AnswerTap;
  return tap;
};
