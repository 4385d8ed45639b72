import { type ConfigSources, parseGiven, variableOf } from './read-setting.ts';
import type { Sourced } from './sourced.ts';

const TEXT = {
  takes: 'a text',
  secret: true,
  parse: (text: string) => text.trim() || undefined,
} as const;

export type FindVariable = (...names: readonly string[]) => Sourced<string> | undefined;

/** Finds the first of some variables that is set: of each, what the strongest source has. */
export const findVariable =
  (sources: ConfigSources): FindVariable =>
  (...names) => {
    for (const name of names) {
      const [found] = parseGiven(TEXT, variableOf(name, sources));
      if (found) return found;
    }
    return undefined;
  };

/**
 * The same in the user's own sources alone. A file of the working folder counts for nothing here, trusted or not: a
 * repository must not choose where bodies go, whose credentials are used, and which file is sent somewhere as a token.
 */
export const findOwn = (sources: ConfigSources): FindVariable => {
  const isOwn = sources.dotenvFile && sources.dotenvFile.source !== 'working_folder';
  return findVariable(isOwn ? sources : { ...sources, dotenv: {} });
};
