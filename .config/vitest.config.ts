import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/unit/**/*.test.ts', 'test/integration/**/*.test.ts'],
  testTimeout: 30_000,
  hookTimeout: 30_000,
});
