// Says what one version of the Codex CLI sends that another does not: npm run compare-codex 0.169.0 0.171.0
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = process.argv.slice(2);
if (versions.length !== 2) {
  process.stderr.write('usage: npm run compare-codex OLD NEW, such as 0.169.0 0.171.0\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'gomodel-compare-'));
const file = join(folder, 'difference.md');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    '.config/vitest.e2e.config.ts',
    'test/e2e/compare-codex.test.ts',
  ],
  {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, COMPARE_CODEX: versions.join(' '), COMPARE_CODEX_FILE: file },
    stdio: ['ignore', 2, 2],
  },
);
if (status === 0) process.stdout.write(readFileSync(file));
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
