import { isUtf8 } from 'node:buffer';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import type { Breach } from '../../sse/breach.ts';
import { isWholeData } from '../../sse/close-stream.ts';
import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import { createResponsesReader } from '../../sse/readers/read-responses.ts';
import { readSequenceNumber } from '../../sse/readers/read-sequence-number.ts';
import { readUnfinishedEvent } from '../../sse/readers/read-unfinished-event.ts';
import { eventTypeOf } from '../event-type.ts';
import { createItemCollector, type ItemCollector } from './collect-items.ts';

/** One event is all that is held of a stream. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

/** A text frame that is not UTF-8 would end the connection (RFC 6455 §8.1). */
const toUtf8 = (bytes: Buffer): Buffer => (isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8')));

export interface StreamReader {
  push(chunk: Buffer): void;
  /** Signals the end of input. Also reads a last event that lacks its closing blank line. */
  end(): void;
  readonly summary: AnswerSummary;
  /** The upstream has sent its last event. */
  hasEnded(): boolean;
  /** An event that breaks the grammar is not sent, nor is anything after it. */
  breach(): Breach | undefined;
  events(): number;
  readonly items: ItemCollector;
  /** Of the next event. */
  nextSequenceNumber(): number;
}

/**
 * Turns the bytes of an SSE answer into the events that go out as frames.
 *
 * `error` events stay behind: over HTTP Codex passes them over, as a frame they would either leave it waiting
 * or end the answer before `response.failed` says why. The summary has what they said.
 * @param onFrame gets the data of an event, as UTF-8; up to the last event, and none after it
 * @param onComment a server's sign of life, which frames have no form for
 */
export const createStreamReader = (
  onFrame: (bytes: Buffer) => void,
  onComment: () => void = () => undefined,
): StreamReader => {
  const reader = createResponsesReader();
  const items = createItemCollector();
  let events = 0;
  let lastNumber: number | undefined;

  const onEvent = (eventName: string | undefined, data: string): void => {
    if (reader.terminal || reader.breach !== undefined) return;
    events++;
    if (data.startsWith('[DONE]')) return;
    reader.apply(eventName, data, decodeEventData);
    if (reader.breach !== undefined) return;
    const type = eventTypeOf(eventName, data);
    if (type === 'error') return;
    lastNumber = readSequenceNumber(data) ?? lastNumber;
    const bytes = toUtf8(Buffer.from(data, 'latin1'));
    items.see(type, bytes);
    onFrame(bytes);
  };
  const framer = createEventFramer({ maxEventBytes: MAX_EVENT_BYTES, onEvent, onComment });

  return {
    push: framer.push,
    end: () => {
      framer.end();
      const last = readUnfinishedEvent(framer.unfinished() ?? '');
      if (last !== undefined && isWholeData(last.data)) onEvent(last.eventName, last.data);
    },
    summary: reader.summary,
    hasEnded: () => reader.terminal,
    breach: () => reader.breach,
    events: () => events,
    items,
    nextSequenceNumber: () => (lastNumber ?? events - 1) + 1,
  };
};
