import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the page once before the browser tests, from the sources as they are. */
export const setup = async (): Promise<void> => {
  if (process.env.DASHBOARD_URL) return;
  const configFile = fileURLToPath(new URL('../../../.config/vite.dashboard.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'warn' });
};
