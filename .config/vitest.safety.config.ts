import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/safety/**/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 60_000,
  fileParallelism: false,
});
