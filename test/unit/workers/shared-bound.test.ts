import { describe, expect, it } from 'vitest';
import { createShare, type Share } from '../../../src/server/workers/share.ts';
import { createSharedBound, type SharedBound } from '../../../src/server/workers/shared-bound.ts';

interface Worker {
  used: number;
  share?: Share;
}

/** Workers that share a bound out, and take as much as they are allowed. */
const startWorkers = (most: number, count: number) => {
  let nowMs = 0;
  const asked: Worker[] = [];
  const bound: SharedBound<Worker> = createSharedBound<Worker>({
    most,
    first: Math.floor(most / count),
    lend: async (worker) => {
      asked.push(worker);
      // What it was granted before comes to it before this question.
      await new Promise((resolve) => setImmediate(resolve));
      return worker.share?.lend() ?? 0;
    },
  });
  const join = (): Worker => {
    const worker: Worker = { used: 0 };
    worker.share = createShare({
      first: bound.join(worker),
      used: () => worker.used,
      borrow: (wanted) => bound.borrow(worker, wanted),
      now: () => nowMs,
    });
    return worker;
  };
  const take = async (worker: Worker): Promise<boolean> => {
    const open = worker.used + 1;
    worker.used = open;
    await worker.share?.reach(open);
    if (open <= (worker.share?.most ?? 0)) return true;
    worker.used--;
    return false;
  };
  return {
    bound,
    asked,
    join,
    take,
    workers: Array.from({ length: count }, join),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
};

const sumOf = (workers: readonly Worker[]): number =>
  workers.reduce((sum, { share }) => sum + (share?.most ?? 0), 0);

describe('a bound of several workers', () => {
  it('can be used up by one of them alone, and by none beyond', async () => {
    const { workers, take } = startWorkers(10, 3);
    const [busy, idle] = workers;
    if (!busy || !idle) throw new Error('there are three');
    for (let taken = 0; taken < 10; taken++) expect(await take(busy)).toBe(true);
    expect(await take(busy)).toBe(false);
    expect(await take(idle)).toBe(false);
    expect(busy.used).toBe(10);
  });

  it('is held whatever comes at once, and no room is left over', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const most = 2 + (seed % 9);
      const { workers, take } = startWorkers(most, 2 + (seed % Math.min(3, most - 1)));
      let random = seed;
      const next = (): number => {
        random = (random * 48_271) % 2_147_483_647;
        return random;
      };
      const taken = await Promise.all(
        Array.from({ length: most }, () => take(workers[next() % workers.length] as Worker)),
      );
      expect(taken.filter(Boolean).length).toBe(most);
      expect(sumOf(workers)).toBeLessThanOrEqual(most);
      const more = await Promise.all(workers.map(take));
      expect(more).toEqual(workers.map(() => false));
    }
  });

  it('asks the others for nothing where a worker has room of its own', async () => {
    const { workers, take, asked } = startWorkers(10, 2);
    for (const worker of workers)
      for (let taken = 0; taken < 5; taken++) expect(await take(worker)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('asks the others once in a while where nobody has room', async () => {
    const { workers, take, asked, pass } = startWorkers(4, 2);
    const [one, other] = workers as [Worker, Worker];
    for (let taken = 0; taken < 4; taken++) expect(await take(one)).toBe(true);
    expect(await take(one)).toBe(false);
    const times = asked.length;
    for (let flood = 0; flood < 100; flood++) expect(await take(one)).toBe(false);
    expect(asked.length).toBe(times);
    one.used = 3;
    expect(await take(other)).toBe(true);
    one.used = 2;
    pass(50);
    expect(await take(one)).toBe(true);
  });

  it('has the share of a worker that died for the others, and for the one that takes its place', async () => {
    const { bound, workers, take, join } = startWorkers(4, 2);
    const [one, other] = workers as [Worker, Worker];
    for (let taken = 0; taken < 3; taken++) expect(await take(other)).toBe(true);
    bound.leave(other);
    const next = join();
    expect(next.share?.most).toBe(2);
    for (let taken = 0; taken < 4; taken++) expect(await take(next)).toBe(true);
    expect(await take(one)).toBe(false);
  });

  it('does not count what was lent by a worker that died before it could say so', async () => {
    let give = (_count: number): void => {};
    let ask = (): void => {};
    const hasAsked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const bound = createSharedBound<string>({
      most: 4,
      first: 2,
      lend: () =>
        new Promise((resolve) => {
          give = resolve;
          ask();
        }),
    });
    expect([bound.join('one'), bound.join('other')]).toEqual([2, 2]);
    const borrowed = bound.borrow('one', 1);
    await hasAsked;
    bound.leave('other');
    give(1);
    expect(await borrowed).toBe(1);
    expect(bound.join('next')).toBe(1);
  });

  it('gives nothing to a worker that died while it waited', async () => {
    const { bound, workers } = startWorkers(4, 2);
    const [one] = workers as [Worker];
    const borrowed = bound.borrow(one, 1);
    bound.leave(one);
    expect(await borrowed).toBe(0);
  });
});
