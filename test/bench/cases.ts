import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressForStorage } from '../../src/coding/compress-for-storage.ts';

/** One kind of request. */
export interface BenchCase {
  readonly name: string;
  /** Of the JSON, decoded. */
  readonly bytes: number;
  readonly coding: 'identity' | 'zstd';
}

export const CASES: readonly BenchCase[] = [
  { name: '20 KB', bytes: 20_000, coding: 'identity' },
  { name: '45 KB zstd', bytes: 45_000, coding: 'zstd' },
  { name: '560 KB zstd', bytes: 560_000, coding: 'zstd' },
  { name: '3.5 MB zstd', bytes: 3_500_000, coding: 'zstd' },
];

const WORDS = (
  'the file test run error src const return import function value path server request answer stream ' +
  'config line change patch apply command output expected received build module type string number async'
).split(' ');

/** Numbers that look random and are the same in every run (mulberry32). */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const writeText = (random: () => number, words: number): string =>
  Array.from({ length: words }, () =>
    random() < 0.2 ? Math.floor(random() * 1e9).toString(36) : WORDS[Math.floor(random() * WORDS.length)],
  ).join(' ');

/** A conversation as Codex sends it, of about so many bytes: calls, their output, quotes and line breaks. */
export const createBody = (bytes: number, stream = false): string => {
  const random = createRandom(bytes);
  const input: object[] = [];
  const body = { model: 'bench-model', instructions: writeText(random, 400), input, stream };
  for (let length = JSON.stringify(body).length; length < bytes; ) {
    const call = `call_${input.length}`;
    const command = JSON.stringify({ cmd: `rg "${writeText(random, 3)}" src` });
    const items = [
      { type: 'function_call', name: 'exec_command', arguments: command, call_id: call },
      {
        type: 'function_call_output',
        call_id: call,
        output: `${writeText(random, 120)}\n${writeText(random, 80)}`,
      },
    ];
    input.push(...items);
    length += JSON.stringify(items).length;
  }
  return JSON.stringify(body);
};

export interface BodyFiles {
  /** As a client that compresses sends it; the plain file where the case is plain. */
  readonly coded: string;
  readonly plain: string;
}

/** Writes the bodies of a case into a folder. */
export const writeBodies = async ({ name, bytes, coding }: BenchCase, folder: string): Promise<BodyFiles> => {
  const plain = join(folder, `${name.replaceAll(' ', '-')}.json`);
  const body = Buffer.from(createBody(bytes));
  writeFileSync(plain, body);
  if (coding === 'identity') return { coded: plain, plain };
  const coded = `${plain}.zst`;
  writeFileSync(coded, await compressForStorage(body));
  return { coded, plain };
};
