import { resolveDataDir } from '../config/data-dir.ts';
import { type GatewayConfig, loadConfig } from '../config/load-config.ts';
import type { SettingName } from '../config/settings.ts';
import type { CommandContext } from './context.ts';
import { readDotenv } from './read-dotenv.ts';

export interface ConfigFlags {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

/**
 * The configuration of a command that runs a gateway: its flags, the environment, `.env` of the folder.
 * @param more variables that win over the environment
 * @throws GatewayError invalid_config
 */
export const readConfig = (
  { port, host, dataDir }: ConfigFlags,
  { env, cwd, homeDir }: CommandContext,
  more: Readonly<Record<string, string>> = {},
): GatewayConfig => {
  const dotenv = readDotenv(cwd);
  const flags: Partial<Record<SettingName, string>> = { ...(port && { port }), ...(host && { host }) };
  return loadConfig({
    flags,
    env: { ...env, ...more },
    dotenv,
    dataDir: resolveDataDir({ flag: dataDir, env: { ...dotenv, ...env }, homeDir, cwd }),
  });
};
