import { join, resolve } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { belowHome, type Environment } from '../../config/data-dir.ts';

export interface CodexHomeSources {
  /** `--codex-home`, relative to `cwd`. */
  readonly flag: string | undefined;
  readonly env: Environment;
  readonly homeDir: string;
  readonly cwd: string;
}

/** Codex's own folder: flag, then `CODEX_HOME`, then `~/.codex`; absolute. */
export const resolveCodexHome = ({ flag, env, homeDir, cwd }: CodexHomeSources): string =>
  resolve(cwd, flag || env.CODEX_HOME || belowHome(homeDir, '.codex', 'CODEX_HOME'));

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
