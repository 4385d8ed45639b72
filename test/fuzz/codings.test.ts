import { compress } from '@mongodb-js/zstd';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/base/errors.ts';
import { decodeBody } from '../../src/coding/decode-body.ts';
import type { Coding } from '../../src/coding/parse-content-codings.ts';
import {
  block,
  FLUSHED_CONTENT,
  FLUSHED_FRAME,
  type FrameOptions,
  frame,
  rawBlock,
  rleBlock,
  skippable,
} from '../support/coding/zstd-frames.ts';
import type { Random } from '../support/dashboard/random.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';

const LIMIT = { maxBytes: 256 * 1024 };
const REFUSALS = ['invalid_content_encoding', 'request_too_large'];
const TEXT = Buffer.from(
  JSON.stringify({ model: 'm', input: 'some text that comes again and again '.repeat(40) }),
);

/** What a body decodes to, or the code of its refusal; any other error is thrown on. */
const attempt = async (wire: Buffer, codings: readonly Coding[]): Promise<Buffer | string> => {
  try {
    const decoded = await decodeBody(wire, codings, LIMIT);
    expect(decoded.length).toBeLessThanOrEqual(LIMIT.maxBytes);
    return decoded;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(REFUSALS).toContain(error.code);
    return error.code;
  }
};

it('refuses a zstd body that is cut off at any byte', async () => {
  for (const whole of [
    Buffer.from(await compress(TEXT, 3)),
    FLUSHED_FRAME,
    Buffer.concat([FLUSHED_FRAME, skippable('x'), FLUSHED_FRAME]),
  ]) {
    const outcomes: (Buffer | string)[] = [];
    for (let length = 0; length < whole.length; length++)
      outcomes.push(await attempt(whole.subarray(0, length), ['zstd']));
    const taken = outcomes.flatMap((outcome, length) => (typeof outcome === 'string' ? [] : [length]));
    // A body of several frames may end after each of them.
    const ends =
      whole.length > 2 * FLUSHED_FRAME.length
        ? [FLUSHED_FRAME.length, whole.length - FLUSHED_FRAME.length]
        : [];
    expect(taken).toEqual(ends);
  }
});

it('takes no byte of a frame with a checksum for another one', async () => {
  let taken = 0;
  for (let at = 0; at < FLUSHED_FRAME.length; at++) {
    for (const bit of [1, 4, 16, 128]) {
      const changed = Buffer.from(FLUSHED_FRAME);
      changed[at] = (changed[at] ?? 0) ^ bit;
      const outcome = await attempt(changed, ['zstd']);
      if (typeof outcome === 'string') continue;
      taken++;
      expect(outcome.equals(FLUSHED_CONTENT), `byte ${at}, bit ${bit}`).toBe(true);
    }
  }
  // The window and a reserved bit may say what they like.
  expect(taken).toBeLessThan(20);
});

const FIELDS = [1, 2, 4, 8] as const;
const SIZES = [0, 1, 255, 256, 65_535, 65_536 + 255, 2 ** 17, 2 ** 24, 2 ** 32 - 1, 2 ** 32, 2 ** 52];

const anyFrame = (random: Random): Buffer => {
  const contentSizeField = random.pick(FIELDS);
  const roof = 2 ** (8 * Math.min(contentSizeField, 6)) - 1 + (contentSizeField === 2 ? 256 : 0);
  const contentBytes = Math.max(contentSizeField === 2 ? 256 : 0, Math.min(random.pick(SIZES), roof));
  const isSingle = random.chance(0.4);
  const options: FrameOptions = {
    ...(!isSingle && { window: random.between(0, 255) }),
    ...((isSingle || random.chance(0.5)) && { contentBytes, contentSizeField }),
    ...(random.chance(0.2) && { dictionaryId: random.pick([0, 1, 2 ** 32 - 1]) }),
    ...(random.chance(0.3) && { checksum: Buffer.alloc(4, random.between(0, 255)) }),
    ...(random.chance(0.2) && { bits: random.pick([8, 16, 24]) }),
  };
  const blocks = Array.from({ length: random.between(0, 4) }, () => {
    const last = random.chance(0.5);
    if (random.chance(0.3)) return rawBlock('raw text', last);
    if (random.chance(0.4))
      return rleBlock(random.pick([0, 1, 1000, 2 ** 17, 2 ** 17 + 1, 2 ** 21 - 1]), last);
    const content = Buffer.from(Array.from({ length: random.between(0, 40) }, () => random.between(0, 255)));
    return block(
      random.pick(['compressed', 'raw', 'reserved']),
      random.pick([content.length, 0, 2 ** 17, 2 ** 21 - 1]),
      content,
      last,
    );
  });
  return frame(options, ...blocks);
};

it('answers every header that a frame can have, within its bound', async () => {
  const outcomes = new Map<string, number>();
  for (let index = 0; index < cases(3000); index++) {
    const random = randomOf(6, index);
    const parts = Array.from({ length: random.between(1, 3) }, () =>
      random.chance(0.2)
        ? skippable('x'.repeat(random.between(0, 9)), random.between(0, 15))
        : anyFrame(random),
    );
    const wire = Buffer.concat(parts);
    const outcome = await attempt(
      random.chance(0.1) ? Buffer.concat([wire, Buffer.from('trailing')]) : wire,
      ['zstd'],
    );
    const kind = typeof outcome === 'string' ? outcome : 'decoded';
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
  }
  expect([...outcomes.keys()].sort()).toEqual(['decoded', ...REFUSALS].sort());
});

it('answers random bytes under every pile of codings', async () => {
  const CODINGS: readonly Coding[] = ['zstd', 'gzip', 'deflate', 'br'];
  for (let index = 0; index < cases(1500); index++) {
    const random = randomOf(7, index);
    const start = random.pick([
      Buffer.alloc(0),
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
      Buffer.from([0x1f, 0x8b, 8, 0]),
      Buffer.from([0x78, 0x9c]),
      Buffer.from([0x50, 0x2a, 0x4d, 0x18]),
    ]);
    const noise = Buffer.from(Array.from({ length: random.between(0, 60) }, () => random.between(0, 255)));
    await attempt(
      Buffer.concat([start, noise]),
      Array.from({ length: random.between(1, 5) }, () => random.pick(CODINGS)),
    );
  }
});
