import { defineSuite } from './define-suite.ts';

// FUZZ_RUNS=10 makes ten times as many cases of everything, FUZZ_SEED=2 other ones.
const factor = Number(process.env.FUZZ_RUNS ?? 1);

export default defineSuite({
  include: ['test/fuzz/**/*.test.ts'],
  testTimeout: 180_000 * Math.max(1, factor),
  hookTimeout: 60_000,
  fileParallelism: false,
});
