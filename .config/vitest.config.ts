import { defineSuite } from './define-suite.ts';

/** Looks at the heap of its whole process. */
const NEEDS_OWN_PROCESS = ['test/unit/cli/tune-engine.test.ts'];

const times = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineSuite({
  // The default leaves one core to Vitest itself, and so half of a machine of two: much of the suite waits anyway.
  maxWorkers: '100%',
  projects: [
    {
      extends: true,
      test: {
        ...{ name: 'unit', ...times },
        include: ['test/unit/**/*.test.ts'],
        exclude: NEEDS_OWN_PROCESS,
        // These files share what they import, which is a quarter of their processor time.
        isolate: false,
      },
    },
    {
      extends: true,
      test: {
        ...{ name: 'integration', ...times },
        include: ['test/integration/**/*.test.ts', ...NEEDS_OWN_PROCESS],
      },
    },
  ],
});
