// Makes a fresh clone runnable: installs where the lockfile asks for it and builds where sources are
// newer than the build. Runs before `npm start` and `npm test`; does nothing when all is in place.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = (command) => execSync(command, { cwd: root, stdio: ['ignore', 2, 2] });
const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newestIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, modifiedAt(join(entry.parentPath, entry.name))), 0);

if (modifiedAt(join(root, 'package-lock.json')) > modifiedAt(join(root, 'node_modules/.package-lock.json'))) {
  run('npm ci --no-audit --no-fund');
}
if (newestIn(join(root, 'src')) > modifiedAt(join(root, 'dist/cli/main.js'))) {
  run('npm run --silent build');
}
