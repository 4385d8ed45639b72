import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** A program in the place of the browser, which notes the address that it is started with. */
export const createBrowserDouble = () => {
  const folder = createTemporaryFolder('browser');
  const [program, note] = [join(folder, 'browser'), join(folder, 'opened')];
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > '${note}.part'\nmv '${note}.part' '${note}'\n`);
  chmodSync(program, 0o755);
  return {
    /** For `BROWSER`. */
    program,
    /** The address that it is started with. A browser outlives who starts it, so it is waited for. */
    opened: async (): Promise<string> => {
      while (!existsSync(note)) await sleep(5);
      return readFileSync(note, 'utf8');
    },
  };
};
