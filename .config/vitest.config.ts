import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/unit/**/*.test.ts', 'test/integration/**/*.test.ts'],
  // The default leaves one core to Vitest itself, and so half of a machine of two: much of the suite waits anyway.
  maxWorkers: '100%',
  testTimeout: 30_000,
  hookTimeout: 30_000,
});
