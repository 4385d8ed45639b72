import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { tuneEngine } from '../../../src/cli/tune-engine.ts';

const youngMb = (): number => {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return (young?.space_size ?? 0) / 2 ** 20;
};

/**
 * Makes objects of which some live for a while, as requests do, and gives the least that they had for
 * themselves in the later half: while V8 marks, it lends them some megabytes more until the next collection.
 */
const makeObjects = async (turns: number): Promise<number> => {
  let kept: object[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) {
    for (let count = 0; count < 20_000; count++) kept.push({ count, parts: [count] });
    if (turn % 4 === 3) kept = [];
    if (turn > turns / 2) least = Math.min(least, youngMb());
    await nextTurn();
  }
  return least;
};

it('bounds what young objects take, where the engine would let them have twice as much or more', async () => {
  tuneEngine();

  const young = await makeObjects(400);

  expect(young).toBeGreaterThan(4);
  expect(young).toBeLessThanOrEqual(16);
});
