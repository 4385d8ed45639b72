import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';

const { stdin, stdout, stderr } = process;
const context = { env: {}, stdin, stdout, stderr, cwd: '/', homeDir: '/' };

const namesOf = async (firstWord: string): Promise<string[][]> => {
  const { commands } = await createProgram(firstWord, context);
  return commands.map((command) => [command.name(), ...command.aliases()]);
};

describe('the program', () => {
  it('has all its commands where none is named first', async () => {
    const all = await namesOf('--help');
    expect(all.map(([name]) => name)).toEqual(expect.arrayContaining(['serve', 'init-codex', 'logs']));
    expect(await namesOf('completion')).toEqual(all);
  });

  it('loads a command alone by its name and by each of its aliases', async () => {
    for (const names of await namesOf('')) {
      for (const name of names.filter((candidate) => candidate !== 'completion')) {
        expect(await namesOf(name)).toEqual([names]);
      }
    }
  });
});
