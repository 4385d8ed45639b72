import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/data-dir.ts';
import type { ConfigSources, VariableFile } from '../config/read-setting.ts';
import { createWorkingFolder, type WorkingFolder } from '../state/working-folder.ts';
import type { CommandContext } from './context.ts';
import { findDataFolder, refuseRelativeHome } from './data-folder.ts';
import { refuseForLauncher, sourceOfNamed } from './name-config-file.ts';
import { refuseConfigFile, requireConfigText } from './read-config-text.ts';
import { type FolderFile, readFolderFiles, realPathOf } from './read-folder-files.ts';
import { withSecretFiles } from './read-secret-files.ts';

export interface ReadOptions {
  /** Variables that win over the environment. */
  readonly more?: Readonly<Record<string, string>>;
  /** A launcher never reads the working folder, since its user starts it in folders of all kinds. */
  readonly isLauncher?: true;
}

export interface VariableFlags {
  readonly dataDir?: string;
  readonly config?: string;
  readonly envFile?: string;
}

/** Where variables come from, and what they decide: the places of all further files. */
export interface Variables extends Pick<ConfigSources, 'env' | 'dotenv' | 'dotenvFile'> {
  readonly workingFolder: WorkingFolder;
  readonly dataDir: string;
  /** The configuration file that is named: `--config`, else `GOMODEL_CONFIG`. */
  readonly chosenConfig: string | undefined;
  /** The user's own ones, none of the working folder's. */
  readonly own: Environment;
  /** What a `gomodel.yaml` of the working folder may use. */
  readonly folder: Environment;
  /** What lies in the working folder, trusted or not. */
  readonly folderFiles: readonly FolderFile[];
}

interface NamedVariables extends VariableFile {
  readonly variables: Environment;
}

const OBEYED =
  'it sets NODE_OPTIONS, which Node obeys by itself after --env-file, before gomodel-ts runs. Remove it there';

const readNamed = (
  name: string | undefined,
  workingFolder: WorkingFolder,
  isLauncher: boolean,
): NamedVariables | undefined => {
  if (!name) return undefined;
  const path = resolve(workingFolder.path, name);
  const source = sourceOfNamed(path, workingFolder);
  if (isLauncher) refuseForLauncher(name, source);
  const variables = parseEnv(requireConfigText(path, name));
  if (variables.NODE_OPTIONS !== undefined) refuseConfigFile(name, OBEYED);
  return { name, source, variables };
};

/** The text of a file of the working folder that counts. */
export const trustedText = (
  files: readonly FolderFile[],
  kind: FolderFile['kind'],
): { readonly name: string; readonly text: string } | undefined => {
  const file = files.find((each) => each.kind === kind && each.trust === 'trusted');
  return file?.content.kind === 'file' ? { name: file.name, text: file.content.text } : undefined;
};

/**
 * The data folder, for commands that need nothing else of the configuration.
 * @throws GatewayError invalid_config
 */
export const readDataFolder = (
  { dataDir }: Pick<VariableFlags, 'dataDir'>,
  { env, cwd, homeDir }: CommandContext,
): string =>
  findDataFolder({ flag: dataDir, env, homeDir, workingFolder: createWorkingFolder(cwd, homeDir) });

/**
 * Reads the variables of a command: the environment, and the file that is named or trusted.
 * @throws GatewayError invalid_config
 */
export const readVariables = async (
  { dataDir, config, envFile }: VariableFlags,
  { env: shell, cwd, homeDir }: CommandContext,
  { more = {}, isLauncher }: ReadOptions = {},
): Promise<Variables> => {
  const workingFolder = createWorkingFolder(cwd, homeDir);
  const env = withSecretFiles({ ...shell, ...more }, cwd);
  const named = readNamed(envFile, workingFolder, isLauncher === true);
  if (isLauncher) refuseRelativeHome(dataDir, env);
  const folder = findDataFolder({ flag: dataDir, env, homeDir, workingFolder });
  const chosenConfig = config || env.GOMODEL_CONFIG || undefined;
  const folderFiles = isLauncher
    ? []
    : await readFolderFiles(cwd, folder, {
        variables: !named,
        // Started in the data folder, its file is the data folder's.
        config: chosenConfig === undefined && realPathOf(cwd) !== realPathOf(folder),
      });
  const trusted = trustedText(folderFiles, 'variables');
  const dotenv = named?.variables ?? (trusted ? parseEnv(trusted.text) : {});
  return {
    env,
    dotenv,
    ...(named && { dotenvFile: { name: named.name, source: named.source } }),
    workingFolder,
    dataDir: folder,
    chosenConfig,
    own: named?.source === 'named_file' ? { ...named.variables, ...env } : env,
    folder: named?.source === 'named_file' ? {} : dotenv,
    folderFiles,
  };
};
