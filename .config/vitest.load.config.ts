import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/load/**/*.test.ts'],
  testTimeout: 2_400_000,
  fileParallelism: false,
});
