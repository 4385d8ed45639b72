import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { decompressStored } from '../../../src/coding/decompress-stored.ts';
import { FLUSHED_CONTENT, FLUSHED_FRAME } from '../../support/coding/zstd-frames.ts';

describe('stored bodies', () => {
  it('come back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000, size: 'max' }), async (array) => {
        const bytes = Buffer.from(array);
        expect((await decompressStored(await compressForStorage(bytes))).equals(bytes)).toBe(true);
      }),
    );
  });

  it('come back in the order in which they were given, however many wait', async () => {
    const bodies = Array.from({ length: 30 }, (_, index) => Buffer.alloc(index * 1000, String(index)));
    const stored = await Promise.all(bodies.map(compressForStorage));
    for (const [index, bytes] of stored.entries()) {
      expect((await decompressStored(bytes)).equals(bodies[index] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it('may be what a client sent', async () => {
    expect((await decompressStored(FLUSHED_FRAME)).equals(FLUSHED_CONTENT)).toBe(true);
  });

  it('are smaller than the text that they hold', async () => {
    expect((await compressForStorage(FLUSHED_CONTENT)).length).toBeLessThan(FLUSHED_CONTENT.length / 4);
  });

  it('say that they are damaged, and do not blame a client', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('not zstd'), FLUSHED_FRAME.subarray(0, 300)]) {
      await expect(decompressStored(bytes)).rejects.toMatchObject({
        code: 'internal_error',
        origin: 'gateway',
        message: `a stored body of ${bytes.length} bytes is damaged; its file was cut off or changed after it was written`,
      });
    }
  });

  it('are not read back above a limit', async () => {
    await expect(decompressStored(FLUSHED_FRAME, { maxBytes: 1000 })).rejects.toMatchObject({
      code: 'internal_error',
      message: 'a stored body of 691 bytes decodes to more than the 1,000 bytes that are read back',
    });
  });
});
