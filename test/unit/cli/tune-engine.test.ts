import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { tuneEngine } from '../../../src/cli/tune-engine.ts';

const youngMb = (): number => {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return (young?.space_size ?? 0) / 2 ** 20;
};

/** Makes objects of which some live for a while, as requests do. */
const makeObjects = async (turns: number): Promise<number> => {
  let kept: object[] = [];
  let most = 0;
  for (let turn = 0; turn < turns; turn++) {
    for (let count = 0; count < 20_000; count++) kept.push({ count, parts: [count] });
    if (turn % 4 === 3) kept = [];
    most = Math.max(most, youngMb());
    await nextTurn();
  }
  return most;
};

it('bounds what young objects take, where the engine would let them have twice as much or more', async () => {
  tuneEngine();

  const most = await makeObjects(400);

  expect(most).toBeGreaterThan(4);
  // The bound is seen after a collection, which may have let it grow.
  expect(most).toBeLessThan(32);
  expect(youngMb()).toBeLessThanOrEqual(16);
});
