import { isAbsolute, join, resolve } from 'node:path';
import { GatewayError } from '../base/errors.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface DataDirSources {
  /** `--data-dir`, relative to `cwd`. */
  readonly flag?: string | undefined;
  readonly env: Environment;
  /** Empty where the user has none. */
  readonly homeDir: string;
  readonly cwd: string;
}

/** What a shell does with `~` that stands at the start of a word; in quotes or in `.env` it does not. */
export const expandHome = (path: string, homeDir: string): string =>
  homeDir !== '' && /^~(?:[\\/]|$)/.test(path) ? join(homeDir, path.slice(1)) : path;

/**
 * A folder below the home folder.
 * @param variable names another place
 * @throws GatewayError invalid_config where the user has no home folder
 */
export const belowHome = (homeDir: string, folder: string, variable: string): string => {
  if (homeDir !== '') return join(homeDir, folder);
  throw new GatewayError(
    'invalid_config',
    `this user has no home folder, so there is no place for ~/${folder}. Set ${variable} to a folder, or set HOME.`,
  );
};

/**
 * The folder that holds the log and the state: flag, then `GOMODEL_HOME`, then
 * `$XDG_DATA_HOME/gomodel-ts`, then `~/.gomodel-ts`.
 * @returns an absolute path
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export const resolveDataDir = ({ flag, env, homeDir, cwd }: DataDirSources): string => {
  const chosen = flag ?? env.GOMODEL_HOME;
  if (chosen) return resolve(cwd, expandHome(chosen, homeDir));
  const { XDG_DATA_HOME } = env;
  // "All paths set in these environment variables must be absolute", others are ignored.
  return XDG_DATA_HOME && isAbsolute(XDG_DATA_HOME)
    ? join(XDG_DATA_HOME, 'gomodel-ts')
    : belowHome(homeDir, '.gomodel-ts', 'GOMODEL_HOME');
};

/** The model catalog that `init-codex --catalog` saves, and that Codex is given. */
export const catalogFileOf = (dataDir: string): string => join(dataDir, 'codex-models.json');
