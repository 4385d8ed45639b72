import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the page was built for these tests. */
    pageFolder: string;
  }
}

/** Builds the page once before the browser tests, from the sources as they are, into a folder of its own. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'gomodel-page-'));
  const configFile = fileURLToPath(new URL('../../../.config/vite.dashboard.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'warn', build: { outDir: folder } });
  project.provide('pageFolder', folder);
  return () => rm(folder, { recursive: true });
};
