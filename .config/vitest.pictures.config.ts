import { defineSuite } from './define-suite.ts';

export default defineSuite({
  include: ['test/pictures/**/*.test.ts'],
  testTimeout: 300_000,
  hookTimeout: 120_000,
});
