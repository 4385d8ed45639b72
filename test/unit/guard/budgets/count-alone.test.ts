import { expect, it, onTestFinished, vi } from 'vitest';
import { createSoleCounter } from '../../../../src/guard/budgets/count-alone.ts';
import type { Hold } from '../../../../src/state/sole-hold.ts';

const TAKEN: Hold = { kind: 'taken', pid: 4711 };
const HELD: Hold = { kind: 'held', release: () => {} };

const counter = (take: () => Promise<Hold>, onHeld: () => void = () => {}) => {
  const sole = createSoleCounter({ dataDir: '/data', take, onHeld, waitMs: 0 });
  onTestFinished(() => sole.close());
  return sole;
};

it('refuses to start beside another one that counts, and says what to do', async () => {
  await expect(counter(async () => TAKEN).start()).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringMatching(/process 4711.*of \/data.*--data-dir.*serve --workers N/s),
  });
});

it('refuses to count until it holds the ledger, and then counts', async () => {
  let answer: Hold = TAKEN;
  let opened = 0;
  const sole = counter(
    async () => answer,
    () => {
      opened++;
    },
  );
  expect(() => sole.check()).toThrow(/another gateway counts/);
  await sole.want();
  expect(sole.problem).toContain('process 4711');
  expect(() => sole.check()).toThrow(expect.objectContaining({ code: 'counted_elsewhere' }));
  answer = HELD;
  await vi.waitUntil(() => opened === 1, { timeout: 5_000 });
  expect(() => sole.check()).not.toThrow();
  expect(sole.problem).toBeUndefined();
});

it('counts for itself where the folder cannot be written', async () => {
  const sole = counter(() => Promise.reject(Object.assign(new Error('no'), { code: 'EROFS' })));
  await sole.start();
  expect(() => sole.check()).not.toThrow();
});

it('gives back what it was given while it ended', async () => {
  let give: (hold: Hold) => void = () => {};
  let isReleased = false;
  const sole = counter(
    () =>
      new Promise((resolve) => {
        give = resolve;
      }),
  );
  void sole.want();
  sole.close();
  give({
    kind: 'held',
    release: () => {
      isReleased = true;
    },
  });
  await vi.waitUntil(() => isReleased);
});
