import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/e2e/**/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 600_000,
  fileParallelism: false,
});
