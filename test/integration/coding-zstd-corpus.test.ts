import { execFileSync, spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBody } from '../../src/coding/decode-body.ts';
import { measureZstd } from '../../src/coding/scan-zstd.ts';
import { skippable } from '../support/coding/zstd-frames.ts';

const MIB = 2 ** 20;
const LIMIT = 16 * MIB;

/** What an agent sends: JSON with much repetition, and some of what cannot be made smaller. */
const createBody = (bytes: number): Buffer => {
  const input: unknown[] = [];
  for (let size = 0, turn = 0; size < bytes; turn++) {
    const secret = randomFillSync(Buffer.alloc(300)).toString('base64');
    const output = `${turn} files changed\n${`+ const line${turn % 7} = ${turn * 7919};\n`.repeat(turn % 40)}`;
    input.push(
      { type: 'reasoning', summary: [], encrypted_content: secret },
      {
        type: 'function_call',
        call_id: `call_${turn}`,
        name: 'exec_command',
        arguments: '{"cmd":"git diff"}',
      },
      { type: 'function_call_output', call_id: `call_${turn}`, output },
    );
    size += secret.length + output.length + 250;
  }
  return Buffer.from(JSON.stringify({ model: 'gpt-5.5', input, stream: true }));
};

const decodes = async (wire: Buffer, content: Buffer): Promise<void> => {
  const extent = measureZstd(wire, { name: 'zstd body', maxBytes: LIMIT }, Number.POSITIVE_INFINITY);
  expect(extent.atLeast).toBeLessThanOrEqual(content.length);
  expect(extent.atMost).toBeGreaterThanOrEqual(content.length);
  expect((await decodeBody(wire, ['zstd'], { maxBytes: LIMIT })).equals(content)).toBe(true);
  expect((await decodeBody(wire, ['zstd'], { maxBytes: content.length })).equals(content)).toBe(true);
};

const refusal = (wire: Buffer): Promise<unknown> =>
  decodeBody(wire, ['zstd'], { maxBytes: LIMIT }).then(
    () => 'decoded',
    (error: { code?: unknown }) => error.code,
  );

const hasZstd = spawnSync('zstd', ['--version']).status === 0;

describe.skipIf(!hasZstd)('what the zstd command writes (skipped where it is not installed)', () => {
  let folder: string;
  let file: string;
  let empty: string;
  const content = createBody(200_000);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gomodel-ts-zstd-'));
    file = join(folder, 'body.json');
    empty = join(folder, 'empty');
    writeFileSync(file, content);
    writeFileSync(empty, '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const zstd = (args: readonly string[], input?: Buffer): Buffer =>
    execFileSync('zstd', ['-q', '-c', ...args], { input: input ?? '', maxBuffer: 64 * MIB });

  const levels = Array.from({ length: 22 }, (_, index) => index + 1);
  it.each(levels)('is decoded at level %i, with or without size and checksum', async (level) => {
    const args = ['--ultra', `-${level}`];
    const checks = level % 2 ? ['--check', '--no-check'] : ['--no-check', '--check'];
    await decodes(zstd([...args, String(checks[0]), file]), content);
    // Of a body of unknown size the highest levels each take a second: one of them speaks for all.
    if (level < 17 || level === 22) await decodes(zstd([...args, String(checks[1])], content), content);
  });

  const optionSets = [
    ['--long=27', '--check'],
    ['--long=24', '-19', '--no-check'],
    ['--fast=5'],
    ['--fast=100', '--check'],
    ['-T2', '-B65536', '-3'],
    ['--rsyncable', '-3', '-T2'],
    ['--no-compress-literals'],
    ['--target-compressed-block-size=1340', '-3'],
  ];
  for (const options of optionSets) {
    it(`is decoded with ${options.join(' ')}`, async ({ skip }) => {
      const known = spawnSync('zstd', ['-q', '-c', ...options, empty]).status === 0;
      skip(!known, 'the installed command is too old for this option');
      await decodes(zstd([...options, file]), content);
    });
  }

  it('is decoded when it is empty, one byte, or all alike', async () => {
    await decodes(zstd([empty]), Buffer.alloc(0));
    await decodes(zstd(['--no-check'], Buffer.from('x')), Buffer.from('x'));
    await decodes(zstd([], Buffer.alloc(3 * MIB)), Buffer.alloc(3 * MIB));
    const noise = randomFillSync(Buffer.alloc(400_001));
    await decodes(zstd([], noise), noise);
  });

  it('is decoded when it is concatenated, with skippable frames anywhere', async () => {
    const parts = [zstd(['-1', '--check', file]), zstd(['-19'], content), zstd([empty]), zstd(['-5', file])];
    await decodes(Buffer.concat(parts), Buffer.concat([content, content, content]));
    await decodes(
      Buffer.concat([skippable('a'), ...parts.flatMap((part, index) => [part, skippable('b', index)])]),
      Buffer.concat([content, content, content]),
    );
  });

  it('is refused when it is cut off anywhere', async () => {
    const small = zstd(['--check', '-19'], Buffer.from('{"model":"gpt-5.5","input":"hello, hello, hello"}'));
    for (let length = 0; length < small.length; length++) {
      expect(await refusal(small.subarray(0, length))).toBe('invalid_content_encoding');
    }
    for (const whole of [zstd(['-3', '--check', file]), zstd(['-3', '--no-check'], content)]) {
      const stride = Math.ceil(whole.length / 150);
      const lengths = Array.from({ length: 150 }, (_, index) =>
        Math.max(0, whole.length - 1 - index * stride),
      );
      for (const length of [
        ...lengths,
        whole.length - 2,
        whole.length - 3,
        whole.length - 4,
        whole.length - 5,
      ]) {
        expect(await refusal(whole.subarray(0, length)), `${length} bytes`).toBe('invalid_content_encoding');
      }
    }
  });

  it('decodes to the same bytes or is refused when any bit of it is flipped', async () => {
    const text = Buffer.from(
      '{"model":"gpt-5.5","input":"hello, hello, hello","stream":true,"model":"gpt-5.5"}',
    );
    for (const whole of [
      zstd(['--check', '-19'], text),
      zstd(['--check', '-1'], Buffer.concat([text, text])),
    ]) {
      const expected = await decodeBody(whole, ['zstd'], { maxBytes: LIMIT });
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const flipped = Buffer.from(whole);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const outcome = await decodeBody(flipped, ['zstd'], { maxBytes: LIMIT }).catch(
          (error: { code?: unknown }) => error.code,
        );
        if (outcome instanceof Buffer) expect(outcome.equals(expected), `bit ${bit}`).toBe(true);
        else expect(outcome).toMatch(/^(invalid_content_encoding|request_too_large)$/);
      }
    }
  });

  it('is read back by the command when it was compressed for the log', async () => {
    const { compressForStorage } = await import('../../src/coding/compress-for-storage.ts');
    expect(zstd(['-d'], await compressForStorage(content)).equals(content)).toBe(true);
  });
});

const { createZstdCompress } = zlib as { createZstdCompress?: () => zlib.Gzip };

describe.skipIf(!createZstdCompress)('what a flushing encoder writes (skipped before Node 22.15)', () => {
  const flushed = async (content: Buffer, stepBytes: number): Promise<Buffer> => {
    const encoder = createZstdCompress?.() as zlib.Gzip;
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
    for (let at = 0; at < content.length; at += stepBytes) {
      encoder.write(content.subarray(at, at + stepBytes));
      await new Promise<void>((resolve) => encoder.flush(() => resolve()));
    }
    encoder.end();
    await once(encoder, 'end');
    return Buffer.concat(chunks);
  };

  it.each([
    [8192, 4_000_000],
    [1024, 1_000_000],
    [100, 200_000],
  ])('is decoded when it was flushed every %i bytes', async (stepBytes, bodyBytes) => {
    const content = createBody(bodyBytes);
    const wire = await flushed(content, stepBytes);
    // As far from the limit as a usual body, and close to it.
    for (const maxBytes of [4 * content.length, Math.ceil(1.2 * content.length)]) {
      expect((await decodeBody(wire, ['zstd'], { maxBytes })).equals(content)).toBe(true);
    }
  });
});
