import { defineConfig } from 'vitest/config';
import { ReportSkips } from './report-skips.ts';

// FUZZ_RUNS=10 makes ten times as many cases of everything, FUZZ_SEED=2 other ones.
const factor = Number(process.env.FUZZ_RUNS ?? 1);

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    reporters: ['default', new ReportSkips()],
    // A machine that is busy with something else takes longer than the second that is the default.
    expect: { poll: { timeout: 20_000 } },
    include: ['test/fuzz/**/*.test.ts'],
    testTimeout: 180_000 * Math.max(1, factor),
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
