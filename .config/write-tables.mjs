// Lets the tests of a table in the documentation write it, instead of comparing. In an npm script,
// `NAME=value command` would not work in the shell that npm uses on Windows.
import process from 'node:process';
import { startVitest } from 'vitest/node';

const TABLES = {
  faults: {
    variable: 'GOMODEL_WRITE_FAULTS',
    config: '.config/vitest.faults.config.ts',
    tests: ['test/faults/table.test.ts'],
  },
  matrix: {
    variable: 'GOMODEL_WRITE_MATRIX',
    config: '.config/vitest.e2e.config.ts',
    tests: ['test/e2e/matrix.test.ts', 'test/e2e/providers.test.ts'],
  },
};

const { variable, config, tests } = TABLES[process.argv[2]];
process.env[variable] = '1';
const vitest = await startVitest('test', tests, { config, run: true });
await vitest.close();
