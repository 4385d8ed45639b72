import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/browser/**/*.test.ts'],
  globalSetup: ['test/support/browser/build-page.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  fileParallelism: false,
});
