import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

// Registered before the hooks of the test file that imports this, and so the last to run: what a test
// started may still write until its own hooks have ended it.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A new empty folder that goes when the test file has run. */
export const createTemporaryFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `gomodel-${purpose}-`));
  folders.push(folder);
  return folder;
};
