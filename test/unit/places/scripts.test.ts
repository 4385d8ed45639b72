import { readdirSync, readFileSync } from 'node:fs';
import { join, type PlatformPath, posix, win32 } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the scripts of package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  it.each(Object.entries(scripts))('%s is understood by cmd as well as by a shell', (_name, script) => {
    const commands = script.split('&&').map((command) => command.trim());
    for (const command of commands) {
      // A program comes first, not a variable, and nothing follows that only a POSIX shell reads.
      expect(command).toMatch(/^[a-z]+( |$)/);
      expect(command).not.toMatch(/[$'`;|<>~*]/);
    }
  });
});

it('no file of the tooling takes the path of a URL for a path, which begins with a slash on Windows', () => {
  const folder = join(ROOT, '.config');
  const texts = readdirSync(folder).map((file) => read(join('.config', file)));
  expect(texts.filter((text) => /import\.meta\.url\)\.pathname/.test(text))).toEqual([]);
});

it.each([
  [win32, 'C:\\gateway', 'C:\\gateway\\dist\\cli\\main.js'],
  [posix, '/gateway', '/gateway/dist/cli/main.js'],
])('the build knows its own output by the name that the bundler gives it', async (system, root, file) => {
  const { outputName } = (await import(pathToFileURL(join(ROOT, '.config/output-name.mjs')).href)) as {
    outputName(root: string, file: string, system: PlatformPath): string;
  };
  expect(outputName(root, file, system)).toBe('dist/cli/main.js');
});
