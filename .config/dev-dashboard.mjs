// The page with made-up traffic, rebuilt as its sources change: for working on it.
import { build, runnerImport } from 'vite';

const root = new URL('..', import.meta.url).pathname;
await build({
  configFile: `${root}.config/vite.dashboard.config.ts`,
  logLevel: 'warn',
  build: { watch: {} },
});
await runnerImport(`${root}test/support/dashboard/dev.ts`, { root, configFile: false });
