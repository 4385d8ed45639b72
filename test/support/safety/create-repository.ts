import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** A repository that somebody else wrote, and the home of the user who works in it. */
export interface Repository {
  readonly path: string;
  readonly home: string;
  readonly dataDir: string;
  write(name: string, text: string): string;
}

export const createRepository = (files: Readonly<Record<string, string>> = {}): Repository => {
  const folder = createTemporaryFolder('repository');
  const path = join(folder, 'home', 'work', 'repository');
  const home = join(folder, 'home');
  mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '--quiet'], { cwd: path });
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { path, home, dataDir: join(home, '.gomodel-ts'), write };
};
