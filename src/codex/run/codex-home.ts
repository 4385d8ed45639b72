import { join, resolve } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { belowHome, type Environment, expandHome } from '../../config/data-dir.ts';

export interface CodexHomeSources {
  /** `--codex-home`, relative to `cwd`. */
  readonly flag: string | undefined;
  readonly env: Environment;
  readonly homeDir: string;
  readonly cwd: string;
}

/**
 * Codex's own folder: flag, then `CODEX_HOME`, then `~/.codex`; absolute.
 * @throws GatewayError invalid_config where Codex would look for a folder that is called `~`
 */
export const resolveCodexHome = ({ flag, env, homeDir, cwd }: CodexHomeSources): string => {
  if (flag) return resolve(cwd, expandHome(flag, homeDir));
  const { CODEX_HOME } = env;
  if (CODEX_HOME && /^~(?:[\\/]|$)/.test(CODEX_HOME)) {
    throw new GatewayError(
      'invalid_config',
      `CODEX_HOME is "${CODEX_HOME}", and Codex takes ~ for the name of a folder: in quotes or in a file no shell replaces it. Write the whole path, such as ${expandHome(CODEX_HOME, homeDir)}.`,
    );
  }
  return resolve(cwd, CODEX_HOME || belowHome(homeDir, '.codex', 'CODEX_HOME'));
};

/** The same for who can do without: undefined where there is no such folder to be named. */
export const findCodexHome = (sources: Omit<CodexHomeSources, 'flag'>): string | undefined => {
  try {
    return resolveCodexHome({ ...sources, flag: undefined });
  } catch {
    return undefined;
  }
};

/**
 * The file that Codex reads: `config.toml`, or `NAME.config.toml` for a profile (Codex 0.134 and newer).
 * @throws GatewayError invalid_usage for a name that `codex --profile` does not take
 */
export const configFileOf = (codexHome: string, profile: string | undefined): string => {
  if (profile === undefined) return join(codexHome, 'config.toml');
  if (!/^[A-Za-z0-9_-]+$/.test(profile)) {
    throw new GatewayError(
      'invalid_usage',
      `--profile ${profile}: Codex takes letters, digits, - and _ only, such as work.`,
    );
  }
  return join(codexHome, `${profile}.config.toml`);
};
