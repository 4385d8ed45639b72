import { defineConfig } from 'vitest/config';
import { ReportSkips } from './report-skips.ts';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    reporters: ['default', new ReportSkips()],
    include: ['test/load/**/*.test.ts'],
    testTimeout: 2_400_000,
    fileParallelism: false,
  },
});
