import { createParser } from 'eventsource-parser';

export interface EventFramer {
  push(chunk: Uint8Array): void;
  /** No more bytes will come. */
  end(): void;
  /** Events that were too big to keep. */
  readonly skippedEvents: number;
  /**
   * What came since the last blank line: the beginning of an event that is not whole, as Latin-1 text.
   * Undefined where that was too big to keep.
   */
  unfinished(): string | undefined;
  /** The same as it was before the last bytes came. */
  unfinishedBefore(): string | undefined;
  /** The last bytes were a blank line: no event has begun. */
  isBetweenEvents(): boolean;
}

interface EventFramerOptions {
  /** Bound of what is held of one event. */
  readonly maxEventBytes: number;
  /** @param data as Latin-1 text, see `decodeEventData` */
  readonly onEvent: (eventName: string | undefined, data: string) => void;
  /** A whole line that belongs to no event, such as bare JSON. @param line as Latin-1 text */
  readonly onStrayLine?: (line: string) => void;
  /** A comment: a server's sign of life. */
  readonly onComment?: () => void;
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const BLANK_LINE = /\n[\n\r]|\r\r/;
const ENDS_BLANK = /\n\r?\n$|\r\r$/;

/**
 * The real text of an event's data.
 * Chunks are decoded as Latin-1, byte for byte, since that costs a third of decoding UTF-8, cannot split a
 * character, and leaves alone everything that the framing looks at; only the few events that are parsed
 * need their text.
 */
export const decodeEventData = (data: string): string => Buffer.from(data, 'latin1').toString('utf8');

/** Line ends at the start go too: they are the second half of a blank line that came in two chunks. */
const afterLastBlankLine = (text: string): string => {
  const blank = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\n\r'), text.lastIndexOf('\r\r'));
  return (blank === -1 ? text : text.slice(blank + 2)).replace(/^[\r\n]+/, '');
};

/**
 * Cuts the bytes of an SSE body into events.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export const createEventFramer = ({
  maxEventBytes,
  onEvent,
  onStrayLine,
  onComment,
}: EventFramerOptions): EventFramer => {
  let started = false;
  let head = '';
  /** Set while the rest of a too big event passes by. */
  let skipping = false;
  let eventEnded = false;
  /** The text since the last event that ended, at most one chunk too long; undefined if it was too big. */
  let recent: string | undefined = '';
  /** The same before the last push. */
  let before: string | undefined = '';
  /** The last characters that came. */
  let tail = '';
  let lastCharacter = '';
  /**
   * A carriage return whose next character has not come: the parser could not tell what it is, and would not
   * look at it again before the next line end.
   */
  let heldBack = '';

  const parser = createParser({
    maxBufferSize: maxEventBytes,
    onEvent: ({ event, data }) => {
      eventEnded = true;
      onEvent(event, data);
    },
    ...(onComment && { onComment }),
    onError: (error) => {
      if (error.type === 'unknown-field') onStrayLine?.(error.line ?? '');
      if (error.type !== 'max-buffer-size-exceeded') return;
      skipping = true;
      framer.skippedEvents++;
    },
  });

  /** @returns what follows the blank line that ends the too big event; undefined if it has not come */
  const skip = (text: string): string | undefined => {
    const seen = lastCharacter + text;
    const end = BLANK_LINE.exec(seen);
    return end === null ? undefined : seen.slice(end.index + end[0].length);
  };

  const remember = (text: string): void => {
    if (eventEnded) {
      recent = text;
    } else if (recent !== undefined) {
      // Joining copies nothing: the parser holds the same strings while an event is unfinished. Comments
      // are held by nobody else, so that many of them must not add up.
      recent += text;
      if (recent.length > maxEventBytes) recent = afterLastBlankLine(recent);
      if (recent.length > maxEventBytes) recent = undefined;
    }
  };

  const feed = (text: string): void => {
    const whole = heldBack + text;
    heldBack = whole.endsWith('\r') ? '\r' : '';
    const ready = heldBack === '' ? whole : whole.slice(0, -1);
    eventEnded = false;
    parser.feed(ready);
    remember(ready);
    lastCharacter = text.slice(-1);
    if (skipping) recent = undefined;
  };

  const start = (): void => {
    started = true;
    parser.feed('');
    feed(head.startsWith(BYTE_ORDER_MARK) ? head.slice(BYTE_ORDER_MARK.length) : head);
  };

  const feedOrSkip = (text: string): void => {
    if (!skipping) {
      feed(text);
      return;
    }
    const next = skip(text);
    lastCharacter = text.slice(-1);
    if (next === undefined) return;
    skipping = false;
    parser.reset();
    parser.feed('');
    recent = '';
    lastCharacter = '';
    heldBack = '';
    feed(next);
  };

  const framer = {
    skippedEvents: 0,
    push: (chunk: Uint8Array) => {
      if (chunk.length === 0) return;
      const bytes = Buffer.isBuffer(chunk)
        ? chunk
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const text = bytes.toString('latin1');
      before = recent === undefined ? undefined : recent + heldBack;
      tail = text.length < 4 ? (tail + text).slice(-4) : text.slice(-4);
      if (started) {
        feedOrSkip(text);
        return;
      }
      // The parser takes off a byte order mark only where it comes in one piece.
      head += text;
      if (head.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.startsWith(head)) return;
      start();
    },
    end: () => {
      if (!started) start();
      if (heldBack !== '' && !skipping) parser.feed('\r\n');
    },
    unfinished: () => (recent === undefined ? undefined : afterLastBlankLine(recent + heldBack)),
    isBetweenEvents: () => tail === '' || ENDS_BLANK.test(tail),
    unfinishedBefore: () => (before === undefined ? undefined : afterLastBlankLine(before)),
  } satisfies EventFramer;
  return framer;
};
