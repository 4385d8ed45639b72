import { defineConfig } from 'vitest/config';
import { ReportSkips } from './report-skips.ts';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    reporters: ['default', new ReportSkips()],
    // A machine that is busy with something else takes longer than the second that is the default.
    expect: { poll: { timeout: 20_000 } },
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
