import { defineConfig } from 'vitest/config';
import { ReportSkips } from './report-skips.ts';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    reporters: ['default', new ReportSkips()],
    // A machine that is busy with something else takes longer than the second that is the default.
    expect: { poll: { timeout: 20_000 } },
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/support/browser/build-page.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
