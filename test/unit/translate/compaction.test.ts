import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCompactionStream } from '../../../src/translate/compaction/write-compaction.ts';
import { createSealer } from '../../../src/translate/seal.ts';
import { readSse } from '../../support/streams/read-sse.ts';

it('keeps its client waiting while the model writes a long summary', () => {
  let nowMs = 0;
  const sealer = createSealer(randomBytes(32));
  const { sink, take } = createCompactionStream({ sealer, clock: { now: () => nowMs }, model: 'm' }, {});
  sink.begin({});
  for (let piece = 0; piece < 100; piece++) {
    nowMs += 1000;
    sink.text('word ');
  }
  sink.finish('stop');
  const names = readSse(Buffer.from(take())).map(({ name }) => name);
  expect(names.filter((name) => name === 'keepalive')).toHaveLength(20);
  expect(names.slice(-2)).toEqual(['response.output_item.done', 'response.completed']);
});
