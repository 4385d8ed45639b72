import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { InlineConfig } from 'vitest/node';
import { ReportOddRuns } from './report-odd-runs.ts';

/** A suite of tests, with what all suites share. Paths of its options are relative to the top level. */
export const defineSuite = (options: InlineConfig) =>
  defineConfig({
    root: join(import.meta.dirname, '..'),
    test: {
      reporters: ['default', new ReportOddRuns()],
      // A machine that is busy with something else takes longer than the second that is the default.
      expect: { poll: { timeout: 20_000 } },
      // In CI a test that fails has a second try, and is reported as flaky when that one passes.
      retry: process.env.CI ? 1 : 0,
      ...options,
    },
  });
