import { type GatewayConfig, type LoadConfigSources, loadConfig } from '../config/load-config.ts';
import { addVirtualModels } from '../config/providers/add-virtual-models.ts';
import type { SettingName } from '../config/settings.ts';
import type { CommandContext } from './context.ts';
import { describePassedOver } from './describe-passed-over.ts';
import { readConfigFile } from './read-config-file.ts';
import { type ReadOptions, readVariables, type VariableFlags } from './read-variables.ts';

export interface ConfigFlags extends VariableFlags {
  readonly port?: string;
  readonly host?: string;
  readonly workers?: string;
}

/** `--config` and what it does, for the commands that have it. */
export const CONFIG_OPTION = [
  '--config <file>',
  'configuration file (GOMODEL_CONFIG, default gomodel.yaml here if trusted, else in the data folder)',
] as const;

/** Node itself reads what follows `--env-file`, wherever it stands, and obeys `NODE_OPTIONS` in it; not so `--dotenv`. */
export const ENV_FILE_OPTION = [
  '--dotenv, --env-file <file>',
  'file with variables; the environment wins over it (default: .env here if trusted)',
] as const;

/**
 * What a command's configuration is read from: its flags, the environment, the named or trusted file of
 * variables, the configuration file.
 * @throws GatewayError invalid_config
 */
export const readSources = async (
  configFlags: ConfigFlags,
  context: CommandContext,
  options: ReadOptions = {},
): Promise<LoadConfigSources> => {
  const variables = await readVariables(configFlags, context, options);
  const { env, dotenv, dotenvFile, dataDir, folderFiles } = variables;
  const passedOver = await describePassedOver(folderFiles, env);
  const { port, host, workers } = configFlags;
  const flags: Partial<Record<SettingName, string>> = {
    ...(port && { port }),
    ...(host && { host }),
    ...(workers && { workers }),
  };
  return addVirtualModels({
    flags,
    env,
    dotenv,
    dotenvFile,
    file: await readConfigFile(variables, options.isLauncher === true),
    dataDir,
    notices: passedOver === undefined ? [] : [passedOver],
  });
};

/** In words, where the data folder and the file came from. */
export const placesOf = (
  { dataDir, config }: ConfigFlags,
  { env, file }: LoadConfigSources,
): { readonly dataDir: string; readonly file: string } => {
  const variable = (name: string): string | undefined => (env[name] ? name : undefined);
  return {
    dataDir: dataDir ? '--data-dir' : (variable('GOMODEL_HOME') ?? variable('XDG_DATA_HOME') ?? 'default'),
    file: config
      ? '--config'
      : (variable('GOMODEL_CONFIG') ?? (file?.source === 'working_folder' ? 'trusted' : 'found')),
  };
};

/**
 * The configuration of a command that runs a gateway.
 * @throws GatewayError invalid_config
 */
export const readConfig = async (
  flags: ConfigFlags,
  context: CommandContext,
  options?: ReadOptions,
): Promise<GatewayConfig> => loadConfig(await readSources(flags, context, options));
