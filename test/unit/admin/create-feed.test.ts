import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { createFeed } from '../../../src/admin/stream/create-feed.ts';
import { sampleWithout } from '../../support/render/sample-records.ts';

it('tells how many events a running exchange has, also where the recorder tells of nothing else', async () => {
  const record = sampleWithout(['durationMs'], { response: { events: 5 } });
  const feed = createFeed({
    recorder: {
      subscribe: () => () => {},
      subscribeTrouble: () => () => {},
      active: { size: 1, values: () => [{ record }] },
      trouble: undefined,
      losses: { lines: 0, bodies: 0 },
    },
    price: (priced) => priced,
    now: () => Date.now(),
  });
  onTestFinished(() => feed.close());
  let text = '';
  const listener = Object.assign(new PassThrough({ encoding: 'utf8' }), { writeHead: () => {} });
  listener.on('data', (chunk) => {
    text += chunk;
  });
  feed.connect(listener as never, undefined);
  const counts = (): number[] =>
    [...text.matchAll(/"type":"update".*?"events":(\d+)/g)].map(([, events]) => Number(events));
  await expect.poll(counts).toEqual([5]);
  record.response.events = 31;
  await expect.poll(counts).toEqual([5, 31]);
});
