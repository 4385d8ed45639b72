import { join, resolve } from 'node:path';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface DataDirSources {
  /** `--data-dir`, relative to `cwd`. */
  readonly flag?: string | undefined;
  readonly env: Environment;
  readonly homeDir: string;
  readonly cwd: string;
}

/**
 * The folder that holds the log and the state: flag, then `GOMODEL_HOME`, then
 * `$XDG_DATA_HOME/gomodel-ts`, then `~/.gomodel-ts`.
 * @returns an absolute path
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export const resolveDataDir = ({ flag, env, homeDir, cwd }: DataDirSources): string => {
  const chosen = flag ?? env.GOMODEL_HOME;
  if (chosen) return resolve(cwd, chosen);
  return env.XDG_DATA_HOME ? join(env.XDG_DATA_HOME, 'gomodel-ts') : join(homeDir, '.gomodel-ts');
};

/** The model catalog that `init-codex --catalog` saves, and that Codex is given. */
export const catalogFileOf = (dataDir: string): string => join(dataDir, 'codex-models.json');
