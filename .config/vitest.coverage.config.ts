import { defineSuite } from './define-suite.ts';
import { ReportCoverage } from './report-coverage.ts';
import { ReportOddRuns } from './report-odd-runs.ts';

/** The unit and integration tests, measured. What runs in another process (the built command line) is not counted. */
export default defineSuite({
  include: ['test/unit/**/*.test.ts', 'test/integration/**/*.test.ts'],
  reporters: ['default', new ReportOddRuns(), new ReportCoverage()],
  maxWorkers: '100%',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  coverage: {
    enabled: true,
    provider: 'v8',
    include: ['src/**/*.ts'],
    // The page runs in a browser: its own suite tests it there.
    exclude: ['src/dashboard/**'],
    reporter: ['html'],
    reportsDirectory: '.cache/coverage',
    reportOnFailure: true,
  },
});
