// The page with made-up traffic, rebuilt as its sources change: for working on it.
import { join } from 'node:path';
import { build, runnerImport } from 'vite';

const root = join(import.meta.dirname, '..');
await build({
  configFile: join(root, '.config/vite.dashboard.config.ts'),
  logLevel: 'warn',
  build: { watch: {} },
});
await runnerImport(join(root, 'test/support/dashboard/dev.ts'), { root, configFile: false });
