import { defineConfig } from 'vitest/config';
import { ReportSkips } from './report-skips.ts';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    reporters: ['default', new ReportSkips()],
    include: ['test/pictures/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
