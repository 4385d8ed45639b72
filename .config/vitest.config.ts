import { availableParallelism } from 'node:os';
import { defineSuite } from './define-suite.ts';

/** Looks at the heap of its whole process. */
const NEEDS_OWN_PROCESS = ['test/unit/cli/tune-engine.test.ts'];

const times = { testTimeout: 30_000, hookTimeout: 30_000 };

/** Files that share what they import, which is a quarter of their processor time. */
const sharing = (name: string, exclude: readonly string[] = []) => ({
  extends: true as const,
  test: { name, ...times, include: [`test/${name}/**/*.test.ts`], exclude: [...exclude], isolate: false },
});

export default defineSuite({
  // Much of the suite waits for processes and for time, so that three files at once are not too many for two cores.
  maxWorkers: Math.max(3, availableParallelism()),
  projects: [
    sharing('unit', NEEDS_OWN_PROCESS),
    sharing('integration'),
    { extends: true, test: { name: 'alone', ...times, include: NEEDS_OWN_PROCESS } },
  ],
});
