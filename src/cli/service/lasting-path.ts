import { realpathSync } from 'node:fs';

/** A program of Homebrew, in the folder of one version. */
const CELLAR = /^(.{1,1024})\/Cellar\/([^/]{1,200})\/[^/]{1,200}\/(.{1,1024})$/;

/**
 * A path that stays when the program is updated: Homebrew removes the folder of the old version, and keeps a link to
 * the present one.
 * @param path of a program, as the system resolves it
 */
export const lastingPath = (path: string): string => {
  const [, prefix, formula, rest] = CELLAR.exec(path) ?? [];
  if (prefix === undefined) return path;
  const link = `${prefix}/opt/${formula}/${rest}`;
  try {
    return realpathSync(link) === realpathSync(path) ? link : path;
  } catch {
    return path;
  }
};

/** Where managers of versions have a folder for each version of Node. */
const MANAGERS: ReadonlySet<string> = new Set([
  '.nvm',
  'fnm',
  '.fnm',
  '.asdf',
  'mise',
  'n',
  '.n',
  '.nodenv',
  '.volta',
]);
const VERSION = /^v?\d+(?:\.\d+){0,2}$/;
const OF_NPX = /[\\/]_npx[\\/]/;

const isOfOneVersion = (program: string): boolean => {
  const folders = program.split('/').slice(0, -1);
  const manager = folders.findIndex((name) => MANAGERS.has(name));
  return manager !== -1 && folders.slice(manager + 2).some((name) => VERSION.test(name));
};

/** What will end the service some day, and what to do then; undefined where nothing is known to. */
export const describeTransience = (node: string, script: string): string | undefined => {
  if (OF_NPX.test(script)) {
    return `The service runs ${script}, which npm removes with its cache: install the program (npm install -g) and run this again.`;
  }
  return isOfOneVersion(node)
    ? `The service runs ${node}. Before that version of Node is removed, run this again with another one.`
    : undefined;
};
