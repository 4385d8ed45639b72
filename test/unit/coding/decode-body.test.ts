import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { decodeBody } from '../../../src/coding/decode-body.ts';
import { type Coding, parseContentCodings } from '../../../src/coding/parse-content-codings.ts';
import {
  block,
  FLUSHED_CONTENT,
  FLUSHED_FRAME,
  frame,
  rawBlock,
  rleBlock,
  skippable,
  WINDOW_128_KIB,
} from '../../support/coding/zstd-frames.ts';

const MIB = 2 ** 20;

interface Encoder {
  readonly coding: Coding;
  readonly encode: (bytes: Buffer) => Buffer | Promise<Buffer>;
}

const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const ENCODERS: Readonly<Record<string, Encoder>> = {
  zstd: { coding: 'zstd', encode: compressForStorage },
  gzip: { coding: 'gzip', encode: (bytes) => gzipSync(bytes) },
  'stored gzip': { coding: 'gzip', encode: (bytes) => gzipSync(bytes, { level: 0 }) },
  'deflate with the zlib wrapper': { coding: 'deflate', encode: (bytes) => deflateSync(bytes) },
  'raw deflate': { coding: 'deflate', encode: (bytes) => deflateRawSync(bytes) },
  'stored raw deflate': { coding: 'deflate', encode: (bytes) => deflateRawSync(bytes, { level: 0 }) },
  br: { coding: 'br', encode: (bytes) => brotliCompressSync(bytes, quality) },
};
const encoders = Object.entries(ENCODERS);

const decode = (wire: Buffer, codings: readonly Coding[], maxBytes = MIB) =>
  decodeBody(wire, codings, { maxBytes });

/** The decoded body, or the failure's code. */
const outcomeOf = (wire: Buffer, coding: Coding): Promise<Buffer | string> =>
  decode(wire, [coding]).catch((error: { code?: string }) => error.code ?? String(error));

const TEXT = Buffer.from(
  JSON.stringify({ model: 'gpt-5.5', input: [{ role: 'user', content: 'ok? '.repeat(9) }] }),
);

describe('decodeBody', () => {
  it('gives back any bytes through any stack of up to five codings', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }).map((array) => Buffer.from(array)),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.string(), fc.nat(20_000))
        .map(([text, times]) => Buffer.from(text.repeat(times)).subarray(0, 200_000)),
    );
    const stack = fc.array(fc.constantFrom(...encoders.map(([, encoder]) => encoder)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(bytes, stack, async (original, applied) => {
        let wire: Buffer = original;
        for (const { encode } of applied) wire = await encode(wire);
        const codings = parseContentCodings(applied.map(({ coding }) => coding).join(', '));
        // The limit is exact: what has as many bytes passes, one less is refused.
        const decoded = await decode(wire, codings, original.length);
        expect(decoded.equals(original)).toBe(true);
        if (original.length === 0) return;
        await expect(decode(wire, codings, original.length - 1)).rejects.toMatchObject({
          code: 'request_too_large',
          status: 413,
        });
      }),
      { numRuns: 150 },
    );
  });

  it('returns a body without codings as it is, unless it is too large', async () => {
    expect(await decode(TEXT, [])).toBe(TEXT);
    expect(await decode(Buffer.alloc(0), [])).toHaveLength(0);
    await expect(decode(Buffer.alloc(1001), [], 1000)).rejects.toMatchObject({
      code: 'request_too_large',
      message:
        'body is too large: it has 1,001 bytes, and the limit is 1,000 bytes; ' +
        'send less, or start the gateway with a higher BODY_SIZE_LIMIT',
    });
  });

  it('keeps many bodies apart that are decoded at once', async () => {
    const bodies = Array.from({ length: 40 }, (_, index) =>
      Buffer.from(`body ${index} `.repeat(500 * index + 1)),
    );
    const decoded = await Promise.all(
      bodies.map(async (body, index) => {
        const [, { coding, encode }] = encoders[index % encoders.length] as [string, Encoder];
        return decode(await encode(body), [coding]);
      }),
    );
    for (const [index, body] of bodies.entries()) expect(decoded[index]?.equals(body)).toBe(true);
  });

  it('takes gzip of several members, and zstd of several and of skippable frames', async () => {
    const gzip = Buffer.concat([gzipSync('one '), gzipSync(''), gzipSync('two')]);
    expect(String(await decode(gzip, ['gzip']))).toBe('one two');
    const zstd = Buffer.concat([
      skippable('metadata', 7),
      await compressForStorage(Buffer.from('one ')),
      frame({ contentBytes: 0, contentSizeField: 1 }, rawBlock('', true)),
      frame({ window: WINDOW_128_KIB }, rleBlock(3), rawBlock(' two', true)),
      skippable(''),
    ]);
    expect(String(await decode(zstd, ['zstd']))).toBe('one aaa two');
  });

  it('names the coding that failed, and what it was inside', async () => {
    const broken = gzipSync(brotliCompressSync(TEXT).subarray(0, 20));
    await expect(decode(broken, ['br', 'gzip'])).rejects.toMatchObject({
      code: 'invalid_content_encoding',
      message: 'br body (inside gzip) ends early: 20 bytes hold no complete stream; send all of it',
    });
    const wire = await compressForStorage(gzipSync(Buffer.from('{"model":"x"}')));
    await expect(decode(wire, ['deflate', 'gzip', 'zstd'])).rejects.toMatchObject({
      message: expect.stringMatching(
        /^deflate body \(inside gzip inside zstd\) cannot be decoded: .*13 bytes/,
      ),
    });
  });

  it('bounds what comes out between two codings', async () => {
    const middle = gzipSync(Buffer.alloc(4 * MIB));
    const padded = gzipSync(Buffer.concat([middle, Buffer.alloc(4 * MIB)]));
    await expect(decode(padded, ['gzip', 'gzip'], 1000)).rejects.toMatchObject({
      code: 'request_too_large',
      message: expect.stringMatching(/^gzip body is too large/),
    });
  });
});

describe.each(encoders)('%s', (name, { coding, encode }) => {
  it('is refused when it is cut off anywhere', async () => {
    const wire = await encode(TEXT);
    for (let length = 0; length < wire.length; length++) {
      expect(await outcomeOf(wire.subarray(0, length), coding), `${length} bytes`).toBe(
        'invalid_content_encoding',
      );
    }
    await expect(decode(Buffer.alloc(0), [coding])).rejects.toMatchObject({
      code: 'invalid_content_encoding',
      status: 400,
      message: `${coding} body ends early: it is empty; send all of it`,
    });
  });

  it('is refused when anything follows it', async () => {
    const wire = await encode(TEXT);
    for (const trailing of [
      '\0',
      '\0\0\0\0\0\0\0\0',
      'x',
      '\x1f',
      '\x1f\x8b',
      '(',
      '(\xb5/\xfd',
      'trailing bytes',
    ]) {
      const longer = Buffer.concat([wire, Buffer.from(trailing, 'latin1')]);
      expect(await outcomeOf(longer, coding), JSON.stringify(trailing)).toBe('invalid_content_encoding');
    }
  });

  it('survives any flipped bit', async () => {
    const hasChecksum = coding === 'gzip' || name === 'deflate with the zlib wrapper';
    const wire = await encode(TEXT);
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const flipped = Buffer.from(wire);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const outcome = await outcomeOf(flipped, coding);
      // Without a checksum a flip can go unnoticed.
      const noticed = typeof outcome === 'string' || outcome.equals(TEXT);
      if (hasChecksum) expect(noticed, `bit ${bit}`).toBe(true);
      if (typeof outcome === 'string')
        expect(outcome).toMatch(/^(invalid_content_encoding|request_too_large)$/);
    }
  });

  it('is refused when it is something else altogether', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const outcome = await outcomeOf(Buffer.from(bytes), coding);
        // Any bytes may be a tiny valid raw deflate or brotli stream; what they are not is a crash.
        if (typeof outcome === 'string')
          expect(outcome).toMatch(/^(invalid_content_encoding|request_too_large)$/);
        else expect(['deflate', 'br']).toContain(coding);
      }),
    );
    expect(await outcomeOf(Buffer.from('{"model":"gpt-5.5","input":"plain JSON"}'), coding)).toBe(
      'invalid_content_encoding',
    );
  });
});

describe('zstd with a checksum', () => {
  // Behind the higher limit the frame is decoded at once, behind the lower one step by step.
  it.each([
    [8 * MIB, 1],
    [FLUSHED_CONTENT.length, 3],
  ])('decodes to the same bytes or not at all when a bit is flipped (limit %i)', async (maxBytes, stride) => {
    for (let bit = 0; bit < FLUSHED_FRAME.length * 8; bit += stride) {
      const flipped = Buffer.from(FLUSHED_FRAME);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const outcome = await decode(flipped, ['zstd'], maxBytes).catch(
        (error: { code?: string }) => error.code,
      );
      if (outcome instanceof Buffer) expect(outcome.equals(FLUSHED_CONTENT), `bit ${bit}`).toBe(true);
      else expect(outcome).toMatch(/^(invalid_content_encoding|request_too_large)$/);
    }
  });

  it('is refused when its content was exchanged', async () => {
    const wrong = frame(
      { window: WINDOW_128_KIB, checksum: Buffer.from('00000000', 'hex') },
      rawBlock('abc', true),
    );
    await expect(decode(wrong, ['zstd'])).rejects.toMatchObject({
      code: 'invalid_content_encoding',
      message: expect.stringContaining('checksum'),
    });
  });
});

describe('zstd of an encoder that flushes often', () => {
  it('is decoded although its headers allow a thousand times the limit', async () => {
    const { length } = FLUSHED_CONTENT;
    expect((await decode(FLUSHED_FRAME, ['zstd'], length)).equals(FLUSHED_CONTENT)).toBe(true);
  });

  it('is decoded in several frames, with and without declared size', async () => {
    const blocks = FLUSHED_FRAME.subarray(6, -4);
    const { length } = FLUSHED_CONTENT;
    const withSize = frame({ window: 0x58, contentBytes: length }, blocks);
    const singleSegment = frame({ contentBytes: length }, blocks);
    const body = Buffer.concat([withSize, skippable('x'), FLUSHED_FRAME, singleSegment, FLUSHED_FRAME]);
    const decoded = await decode(body, ['zstd'], 4 * length);
    expect(decoded.equals(Buffer.concat(Array<Buffer>(4).fill(FLUSHED_CONTENT)))).toBe(true);
  });

  it('is refused one byte above the limit', async () => {
    await expect(decode(FLUSHED_FRAME, ['zstd'], FLUSHED_CONTENT.length - 1)).rejects.toMatchObject({
      code: 'request_too_large',
      message: expect.stringMatching(
        /^zstd body is too large: (a part of )?it decodes to|a part of it decodes/,
      ),
    });
  });

  it('has its checksum verified', async () => {
    const wrong = Buffer.from(FLUSHED_FRAME);
    wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
    await expect(decode(wrong, ['zstd'], FLUSHED_CONTENT.length)).rejects.toMatchObject({
      code: 'invalid_content_encoding',
    });
  });

  it('is refused when it would take too many steps to tell', async () => {
    const blocks = FLUSHED_FRAME.subarray(6, -7);
    const frames = Buffer.concat(
      Array<Buffer>(200).fill(frame({ window: 0x58 }, blocks, rawBlock('', true))),
    );
    await expect(decode(frames, ['zstd'], 200 * FLUSHED_CONTENT.length)).rejects.toMatchObject({
      code: 'request_too_large',
      message: expect.stringContaining('attempts to learn them ended midway'),
    });
  });

  it('is refused when a block in the middle is corrupt', async () => {
    const body = frame(
      { window: 0x58 },
      FLUSHED_FRAME.subarray(6, -7),
      block('compressed', 4, Buffer.from('junk'), true),
    );
    await expect(decode(body, ['zstd'], FLUSHED_CONTENT.length)).rejects.toMatchObject({
      code: 'invalid_content_encoding',
    });
  });
});

describe('zstd with a window of its own size', () => {
  it('is refused above 128 MiB, and says so', async () => {
    const body = frame({ window: 0x89 }, rawBlock('abc', true));
    await expect(decode(body, ['zstd'])).rejects.toMatchObject({
      code: 'invalid_content_encoding',
      message: expect.stringContaining(
        'it needs a window of 150,994,944 bytes, and 134,217,728 bytes are supported',
      ),
    });
    expect(String(await decode(frame({ window: 0x88 }, rawBlock('abc', true)), ['zstd']))).toBe('abc');
  });
});

describe('LESSONS 2: a cap that only checks the declared size is no cap', () => {
  it('refuses what decodes to more than it declares, and what declares more than it holds', async () => {
    const tooSmall = frame({ window: WINDOW_128_KIB, contentBytes: 3 }, rawBlock('four', true));
    const tooLarge = frame({ window: WINDOW_128_KIB, contentBytes: 5 }, rawBlock('four', true));
    for (const body of [tooSmall, tooLarge]) {
      await expect(decode(body, ['zstd'])).rejects.toMatchObject({ code: 'invalid_content_encoding' });
    }
  });

  it('refuses a declared size above the limit without decoding', async () => {
    const body = frame(
      { contentBytes: 2 ** 40, contentSizeField: 8 },
      block('compressed', 1, Buffer.from('x'), true),
    );
    await expect(decode(body, ['zstd'])).rejects.toMatchObject({
      code: 'request_too_large',
      message: expect.stringContaining('it decodes to 1,099,511,627,776 bytes or more'),
    });
  });
});

describe('LESSONS 3: small zstd frames leak literals', () => {
  it('refuses a small frame that lacks any number of its last bytes', async () => {
    const small = await compressForStorage(Buffer.from('{"model":"gpt-5.5","input":"hello"}'));
    expect(small.includes('hello')).toBe(true);
    for (let length = 0; length < small.length; length++) {
      expect(await outcomeOf(small.subarray(0, length), 'zstd')).toBe('invalid_content_encoding');
    }
  });
});
