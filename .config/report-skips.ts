import type { Reporter, TestModule } from 'vitest/node';

/** Tests that a place may leave out, by a part of their name, and why. Everything else has to run. */
const EXPECTED: readonly (readonly [name: string, reason: string])[] = [
  ['skipped before Node 22.15', 'Node had no zstd encoder before 22.15'],
  [
    'says so where its folder is not writable',
    'root may write everywhere; the suite also runs as another user',
  ],
];

/** Names every test that did not run. In CI a test that did not run fails the run, unless it is expected above. */
export class ReportSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
    const unexpected = names.filter((name) => !EXPECTED.some(([part]) => name.includes(part)));
    for (const name of names) process.stdout.write(`skipped: ${name}\n`);
    if (process.env.CI && unexpected.length > 0) {
      process.stdout.write(`${unexpected.length} tests were skipped that report-skips.ts does not allow.\n`);
      process.exitCode = 1;
    }
  }
}
