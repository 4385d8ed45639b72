import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/postgres/**/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 60_000,
  // Each file has a server of its own, which needs a processor as well.
  fileParallelism: false,
});
