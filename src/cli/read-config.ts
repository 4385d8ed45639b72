import { resolveDataDir } from '../config/data-dir.ts';
import { type GatewayConfig, type LoadConfigSources, loadConfig } from '../config/load-config.ts';
import type { SettingName } from '../config/settings.ts';
import type { CommandContext } from './context.ts';
import { readConfigFile } from './read-config-file.ts';
import { readDotenv } from './read-dotenv.ts';

export interface ConfigFlags {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly workers?: string;
}

/** `--config` and what it does, for the commands that have it. */
export const CONFIG_OPTION = [
  '--config <file>',
  'configuration file (GOMODEL_CONFIG, default gomodel.yaml here, then in the data folder)',
] as const;

/**
 * What a command's configuration is read from: its flags, the environment, `.env` of the folder, the file.
 * @param more variables that win over the environment
 * @throws GatewayError invalid_config
 */
export const readSources = async (
  { port, host, dataDir, config, workers }: ConfigFlags,
  { env, cwd, homeDir }: CommandContext,
  more: Readonly<Record<string, string>> = {},
): Promise<LoadConfigSources> => {
  const dotenv = readDotenv(cwd);
  const all = { ...dotenv, ...env, ...more };
  const folder = resolveDataDir({ flag: dataDir, env: all, homeDir, cwd });
  const flags: Partial<Record<SettingName, string>> = {
    ...(port && { port }),
    ...(host && { host }),
    ...(workers && { workers }),
  };
  return {
    flags,
    env: { ...env, ...more },
    dotenv,
    file: await readConfigFile({ chosen: config ?? all.GOMODEL_CONFIG, cwd, dataDir: folder }, all),
    dataDir: folder,
  };
};

/** In words, where the data folder and the file came from. */
export const placesOf = (
  { dataDir, config }: ConfigFlags,
  { env, dotenv }: LoadConfigSources,
): { readonly dataDir: string; readonly file: string } => {
  const variable = (name: string): string | undefined => {
    if (env[name]) return name;
    return dotenv[name] ? `${name} in .env` : undefined;
  };
  return {
    dataDir: dataDir ? '--data-dir' : (variable('GOMODEL_HOME') ?? variable('XDG_DATA_HOME') ?? 'default'),
    file: config ? '--config' : (variable('GOMODEL_CONFIG') ?? 'found'),
  };
};

/**
 * The configuration of a command that runs a gateway.
 * @param more variables that win over the environment
 * @throws GatewayError invalid_config
 */
export const readConfig = async (
  flags: ConfigFlags,
  context: CommandContext,
  more: Readonly<Record<string, string>> = {},
): Promise<GatewayConfig> => loadConfig(await readSources(flags, context, more));
