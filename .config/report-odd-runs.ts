import type { Reporter, TestModule } from 'vitest/node';

/** Tests that a place may leave out, by a part of their name, and why. Everything else has to run. */
const EXPECTED: readonly (readonly [name: string, reason: string])[] = [
  ['skipped before Node 22.15', 'Node had no zstd encoder before 22.15'],
  // `.ci/run` runs the suite as root and as another user.
  ['says so where its folder is not writable', 'root may write everywhere'],
  ['says so where it cannot be written, and counts on', 'root may write everywhere'],
  ['says in one line that it may not read the log of somebody else', 'only root may become somebody else'],
  ['really: as a uid that nobody knows', 'only root may become somebody else'],
  ['this machine makes no networks', 'a container may forbid it; other tests imitate some of it'],
  ['is told from a folder that must not be written to', 'only root may become somebody else'],
];

/**
 * Names every test that did not run, and every one that passed at its second try alone.
 * In CI on Linux a test that did not run fails the run, unless it is expected above.
 */
export class ReportOddRuns implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (test.result().state === 'skipped') skipped.push(name);
        if (test.diagnostic()?.flaky) {
          const [first] = test.result().errors ?? [];
          process.stdout.write(`flaky: ${name}\n  at first: ${first?.stack?.split('\n', 3).join('\n')}\n`);
        }
      }
    }
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
    const unexpected = skipped.filter((name) => !EXPECTED.some(([part]) => name.includes(part)));
    // Elsewhere, whole groups of tests have nothing to drive: no signals, no modes, no shells of a Unix.
    if (process.env.CI && process.platform === 'linux' && unexpected.length > 0) {
      process.stdout.write(
        `${unexpected.length} tests were skipped that report-odd-runs.ts does not allow.\n`,
      );
      process.exitCode = 1;
    }
  }
}
