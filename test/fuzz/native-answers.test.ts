import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamTap } from '../../src/sse/create-stream-tap.ts';
import { createStreamReader } from '../../src/websocket/bridge/read-stream.ts';
import { runs } from '../support/fuzz/budget.ts';
import { nativeStream, readAsClient, spoiledStream } from '../support/streams/native-stream.ts';
import { readSse } from '../support/streams/read-sse.ts';

const FAILURE = { code: 'upstream_answer_unreadable', message: 'broken', atMs: 0 };

/** What leaves of a body that comes in these chunks. */
const admit = (chunks: readonly Buffer[]): Buffer => {
  const tap = createStreamTap('responses');
  const left: Buffer[] = [];
  for (const chunk of chunks) {
    if (tap.mustAdmit(chunk)) left.push(chunk.subarray(0, tap.admit(chunk)));
    else {
      left.push(chunk);
      tap.push(chunk);
    }
    if (tap.breach()) break;
  }
  tap.end();
  return Buffer.concat([...left, tap.closing(FAILURE)]);
};

const asFrames = (chunks: readonly Buffer[]): string[] => {
  const frames: string[] = [];
  const reader = createStreamReader((frame) => frames.push(frame.toString()));
  for (const chunk of chunks) if (!reader.breach()) reader.push(chunk);
  if (!reader.breach()) reader.end();
  if (!reader.hasEnded()) frames.push('{"type":"response.failed"}');
  return frames;
};

const pieces = (body: Buffer, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(body.length / length) }, (_, at) =>
    body.subarray(at * length, (at + 1) * length),
  );

const FORMS = [true, false].flatMap((counts) =>
  [true, false].flatMap((hasDeltas) =>
    [true, false].map((repeats) => [{ counts, hasDeltas, repeats }] as const),
  ),
);

describe.each(FORMS)('K2: a native Responses stream with %o', (form) => {
  it('passes byte for byte where nothing spoiled it, wherever it is split', () => {
    const events = nativeStream({ ...form, id: 'one' });
    const body = Buffer.from(events.join(''));
    for (const length of [1, 2, 3, 7, 100, 1000, body.length]) {
      expect(admit(pieces(body, length)).equals(body)).toBe(true);
      expect(asFrames(pieces(body, length))).toHaveLength(events.length);
    }
  });

  it('never ends as completed, or as done, with half a call or half a patch', () => {
    fc.assert(
      fc.property(
        spoiledStream(form),
        fc.constantFrom(1, 5, 64, 700, 100_000),
        ({ text, addsUp }, length) => {
          const chunks = pieces(Buffer.from(text), length);
          const events = readSse(admit(chunks)).map(({ data }) => data);
          expect(readAsClient(events, { addsUp })).toMatch(/completed|failed/);
          expect(readAsClient(asFrames(chunks), { addsUp })).toMatch(/completed|failed/);
        },
      ),
      runs(250),
    );
  });
});
