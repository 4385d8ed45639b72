import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/faults/**/*.test.ts'],
  testTimeout: 600_000,
  hookTimeout: 60_000,
  // One file is a minute of silence.
  maxWorkers: 2,
});
