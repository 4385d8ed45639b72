import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventFramer, decodeEventData } from '../../../src/sse/frame-events.ts';
import { readSse, type SseEvent } from '../../support/streams/read-sse.ts';

interface Framed {
  readonly events: SseEvent[];
  readonly unfinished: string | undefined;
}

const frame = (chunks: readonly Uint8Array[], maxEventBytes = 2 ** 20): Framed => {
  const events: SseEvent[] = [];
  const framer = createEventFramer({
    maxEventBytes,
    onEvent: (name, data) =>
      events.push({ name: name && decodeEventData(name), data: decodeEventData(data) }),
  });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return { events, unfinished: framer.unfinished() };
};

const splitAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
};

const value = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ''));
const field = fc.constantFrom(
  'data',
  'data:',
  'data: ',
  'event:',
  'event: ',
  'id: ',
  'retry: ',
  ':',
  ': ',
  'da',
  '',
);
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(field, value).map(([name, text]) => name + text) },
  { weight: 2, arbitrary: fc.constant('') },
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const stream = fc
  .tuple(
    fc.constantFrom('', '\ufeff', '\ufeff\ufeff'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }),
    value,
  )
  .map(
    ([hasMark, lines, rest]) =>
      (hasMark ? '\ufeff' : '') + lines.map((parts) => parts.join('')).join('') + rest,
  )
  .map((text) => Buffer.from(text));

test('cuts any stream, in any pieces, into the events that the specification gives it', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
      expect(frame(splitAt(bytes, places)).events).toEqual(readSse(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('ends an event by a carriage return that a chunk ends with, even if nothing but half a line follows', () => {
  expect(frame([Buffer.from('data: x\n\r'), Buffer.from('Z')]).events).toEqual([
    { name: undefined, data: 'x' },
  ]);
});

test('knows what of any stream is unfinished, in any pieces', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
      const { unfinished = '' } = frame(splitAt(bytes, places));
      const rest = Buffer.from(unfinished, 'latin1');
      expect(bytes.subarray(bytes.length - rest.length).equals(rest)).toBe(true);
      const whole = readSse(bytes);
      // A blank line ends the unfinished event and no other.
      const ended = readSse(Buffer.concat([bytes, Buffer.from('\n\n')]));
      const own = readSse(Buffer.concat([Buffer.from('\n'), rest, Buffer.from('\n\n')]));
      expect([...whole, ...own]).toEqual(ended);
    }),
    { numRuns: 1000 },
  );
});

test('goes on exactly after an event over the bound, whatever the pieces', () => {
  fc.assert(
    fc.property(lineEnd, fc.array(fc.nat(), { minLength: 40, maxLength: 60 }), (end, places) => {
      const big = `event: big${end}data: ${'x'.repeat(4000)}${end}data: y${end}${end}`;
      const bytes = Buffer.from(`data: before${end}${end}${big}data: after${end}${end}`);
      const pieces = splitAt(bytes, places).flatMap((piece) => splitAt(piece, [100, 200]));
      const { events } = frame(pieces, 600);
      const read = events.map(({ data }) => data).filter((data) => !data.startsWith('x'));
      expect(read).toEqual(['before', 'after']);
    }),
  );
});
