import { expect, it } from 'vitest';
import type { ExchangeEvent } from '../../../src/log/exchange.ts';
import { createListeners } from '../../../src/log/listeners.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import type { RecorderTrouble } from '../../../src/log/trouble.ts';
import type { Told } from '../../../src/server/workers/protocol.ts';
import { createTellPrimary } from '../../../src/server/workers/tell-primary.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const recordOf = (id: string): ExchangeRecord => bareRecord(id, 0);

/** A worker whose primary takes a message in when the test says so. */
const startTelling = () => {
  const events = createListeners<ExchangeEvent>();
  const troubles = createListeners<RecorderTrouble | undefined>();
  const told: Told[] = [];
  const waiting: Array<() => void> = [];
  const teller = createTellPrimary({
    recorder: {
      subscribe: events.add,
      subscribeTrouble: troubles.add,
      active: { size: 0, values: () => [] },
      losses: { lines: 0, bodies: 0 },
      trouble: undefined,
    },
    tell: (one) => {
      told.push(structuredClone(one));
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
  });
  const happen = (type: ExchangeEvent['type'], id: string): void =>
    events.tell({ type, record: recordOf(id) });
  return { told, happen, flush: teller.flush, takeIn: () => waiting.shift()?.() };
};

const flushed = async ({ flush, takeIn }: ReturnType<typeof startTelling>): Promise<void> => {
  const whole = flush();
  takeIn();
  // What has gathered while the first message was under way follows it.
  setImmediate(takeIn);
  await whole;
};

it('tells the latest of each exchange once, however often it changed', async () => {
  const worker = startTelling();
  worker.happen('open', 'a');
  for (let count = 0; count < 100; count++) worker.happen('update', 'a');
  worker.happen('open', 'b');
  worker.happen('close', 'b');
  await flushed(worker);
  expect(worker.told.map(({ events }) => events.map(({ type, record }) => [type, record.id]))).toEqual([
    [
      ['open', 'a'],
      ['close', 'b'],
    ],
  ]);
});

it('keeps no more than a bound while the primary takes nothing in, and then says how many ended', async () => {
  const worker = startTelling();
  worker.happen('close', 'first');
  const first = worker.flush();
  await expect.poll(() => worker.told.length).toBe(1);
  const many = 10_000;
  for (let index = 0; index < many; index++) worker.happen('close', `c${index}`);
  expect(worker.told.length).toBe(1);
  worker.takeIn();
  await first;
  await flushed(worker);
  const last = worker.told.at(-1);
  expect(worker.told.length).toBe(2);
  expect(last?.events.length).toBeLessThanOrEqual(4096);
  expect((last?.missed?.ended ?? 0) + (last?.events.length ?? 0)).toBe(many);
});
