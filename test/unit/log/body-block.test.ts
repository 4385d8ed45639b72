import { expect, it } from 'vitest';
import {
  BLOCK_HEAD_BYTES,
  decodeBlock,
  decodeBlockHead,
  decodeDirectory,
  encodeBlock,
} from '../../../src/log/bodies/body-block.ts';

const members = [
  { id: 'req_1', side: 'request', coding: 'zstd', cutOff: false, start: 0, length: 3 },
  { id: 'req_2', side: 'response', coding: 'identity', cutOff: true, start: 3, length: 2 },
] as const;
const block = Buffer.concat(encodeBlock(members, Buffer.from('abcde'), 'identity', 5));

it('tells what it holds without anything else', () => {
  expect(decodeBlock(block)).toMatchObject({
    head: { codec: 'identity', decodedBytes: 5, payloadBytes: 5 },
    payload: Buffer.from('abcde'),
  });
  const { directoryBytes = 0 } = decodeBlockHead(block) ?? {};
  expect(decodeDirectory(block.subarray(BLOCK_HEAD_BYTES, BLOCK_HEAD_BYTES + directoryBytes))).toEqual(
    members,
  );
});

it('is no block when it is torn at any byte', () => {
  for (let end = 0; end < block.length; end++) expect(decodeBlock(block.subarray(0, end))).toBeUndefined();
});

it('is no block when any bit of its head, directory or payload is flipped', () => {
  for (let index = 0; index < block.length; index++) {
    // Bytes 6 and 7 are reserved, and nothing depends on them; 16 to 19 bound what is decoded.
    if (index === 6 || index === 7 || (index >= 16 && index < 20)) continue;
    const flipped = Buffer.from(block);
    flipped[index] = (flipped[index] as number) ^ 0x10;
    expect(decodeBlock(flipped), `byte ${index}`).toBeUndefined();
  }
});

it.each(['', '{}', 'null', '[1,{"id":"x"},{"id":"x","side":"up","start":0,"length":0}]', '[{'])(
  'finds no members in the directory %j',
  (directory) => {
    expect(decodeDirectory(Buffer.from(directory))).toEqual([]);
  },
);
