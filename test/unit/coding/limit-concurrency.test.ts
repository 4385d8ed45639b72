import { describe, expect, it } from 'vitest';
import { createConcurrencyLimit } from '../../../src/coding/limit-concurrency.ts';

/** Pieces of work that the test ends by hand, and what is known of them. */
const createWork = () => {
  const started: string[] = [];
  const ends = new Map<string, { resolve: (name: string) => void; reject: (error: Error) => void }>();
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
  };
  const end = (name: string) => ends.get(name)?.resolve(name);
  const fail = (name: string) => ends.get(name)?.reject(new Error(name));
  return { started, work, end, fail };
};

/** Lets everything that is already settled run on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('createConcurrencyLimit', () => {
  it('never runs more than it allows, and starts the others in the order of their calls', async () => {
    const { started, work, end } = createWork();
    const limit = createConcurrencyLimit(2);
    const results = ['a', 'b', 'c', 'd'].map((name) => limit.run(work(name)));
    await settle();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await settle();
    expect(started).toEqual(['a', 'b', 'c']);
    end('a');
    end('c');
    await settle();
    end('d');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hands the place of failed work on', async () => {
    const { started, work, end, fail } = createWork();
    const limit = createConcurrencyLimit(1);
    const first = limit.run(work('a'));
    const thrown = limit.run(() => {
      throw new Error('at once');
    });
    const last = limit.run(work('b'));
    fail('a');
    await expect(first).rejects.toThrow('a');
    await expect(thrown).rejects.toThrow('at once');
    await settle();
    expect(started).toEqual(['a', 'b']);
    end('b');
    expect(await last).toBe('b');
  });

  it('lets nobody who comes later overtake who waits', async () => {
    const { started, work, end } = createWork();
    const limit = createConcurrencyLimit(1);
    const first = limit.run(work('a'));
    const second = limit.run(work('b'));
    const overtaker = first.then(() => limit.run(work('c')));
    end('a');
    await settle();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await second;
    await settle();
    end('c');
    expect(await overtaker).toBe('c');
  });

  it('is free again when all have ended', async () => {
    const limit = createConcurrencyLimit(2);
    await Promise.all(Array.from({ length: 50 }, (_, index) => limit.run(async () => index)));
    const { started, work } = createWork();
    void limit.run(work('a'));
    void limit.run(work('b'));
    void limit.run(work('c'));
    await settle();
    expect(started).toEqual(['a', 'b']);
  });
});
