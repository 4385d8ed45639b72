import { room } from './mutation-rooms.mjs';

export default {
  testRunner: 'vitest',
  // Not only the tests that import what is mutated: a file without any is measured as such, instead of ending the run.
  vitest: { configFile: '.config/vitest.mutation.config.ts', related: false },
  mutate: room.mutate,
  mutator: {
    // Nearly all strings are words of messages, which tests check in part only.
    excludedMutations: ['StringLiteral'],
  },
  // A mutant in a constant of a module needs all tests again, in a new process.
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 10_000,
  ignorePatterns: ['.cache', 'test/recordings'],
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `.cache/mutation/${room.name}.html` },
  jsonReporter: { fileName: `.cache/mutation/${room.name}.json` },
};
