import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';

const SRC = join(import.meta.dirname, '../../../src');
const { stdin, stdout, stderr } = process;
const program = await createProgram('', { env: {}, stdin, stdout, stderr, cwd: '/', homeDir: '/' });

/** What texts tell their reader to run: `gomodel-ts …` between back quotes. */
const remediesOf = (file: string): string[] => {
  const source = readFileSync(join(SRC, file), 'utf8').replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [...source.matchAll(/\\?`(?:npx )?gomodel-ts ([a-z][^`\\$]*)/g)].map(([, words = '']) =>
    words.trim(),
  );
};
const REMEDIES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .flatMap((file) => remediesOf(file).map((remedy) => [remedy, file] as const));

/** @returns what is wrong with a command line; undefined where the program takes it */
const problemOf = (remedy: string): string | undefined => {
  let command: Command = program;
  for (const word of remedy.split(/\s+/)) {
    const named = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (named) command = named;
    else if (command === program) return `there is no command ${word}`;
    else if (word === '--') return undefined;
    else if (
      word.startsWith('-') &&
      !command.options.some(({ long, short }) => [long, short].includes(word))
    ) {
      return `${command.name()} has no ${word}`;
    }
  }
  return undefined;
};

describe('N7: what texts tell their reader to run', () => {
  it('is found', () => expect(REMEDIES.length).toBeGreaterThan(20));
  it.each(REMEDIES)('is a command that there is: %s (%s)', (remedy) => {
    expect(problemOf(remedy)).toBeUndefined();
  });
});
