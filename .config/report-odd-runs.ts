import type { Reporter, TestModule } from 'vitest/node';

/** Tests that a place may leave out, by a part of their name, and why. Everything else has to run. */
const EXPECTED: readonly (readonly [name: string, reason: string])[] = [
  ['skipped before Node 22.15', 'Node had no zstd encoder before 22.15'],
  [
    'says so where its folder is not writable',
    'root may write everywhere; the suite also runs as another user',
  ],
];

/**
 * Names every test that did not run, and every one that passed at its second try alone.
 * In CI a test that did not run fails the run, unless it is expected above.
 */
export class ReportOddRuns implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (test.result().state === 'skipped') skipped.push(name);
        if (test.diagnostic()?.flaky) process.stdout.write(`flaky: ${name}\n`);
      }
    }
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
    const unexpected = skipped.filter((name) => !EXPECTED.some(([part]) => name.includes(part)));
    if (process.env.CI && unexpected.length > 0) {
      process.stdout.write(
        `${unexpected.length} tests were skipped that report-odd-runs.ts does not allow.\n`,
      );
      process.exitCode = 1;
    }
  }
}
