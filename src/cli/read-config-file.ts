import { join, resolve } from 'node:path';
import type { FileConfig } from '../config/file/file-config.ts';
import type { Source } from '../config/sources.ts';
import { refuseForLauncher, sourceOfNamed } from './name-config-file.ts';
import { readConfigText, refuseConfigFile, requireConfigText } from './read-config-text.ts';
import { CONFIG_NAMES } from './read-folder-files.ts';
import { trustedText, type Variables } from './read-variables.ts';

interface Found {
  readonly name: string;
  readonly text: string;
  readonly source: Source;
}

const findInDataFolder = (dataDir: string): Found | undefined => {
  for (const file of CONFIG_NAMES) {
    const name = join(dataDir, file);
    const found = readConfigText(name);
    if (found.kind === 'unusable') return refuseConfigFile(name, `it ${found.problem}`);
    if (found.kind === 'file') return { name, text: found.text, source: 'data_folder' };
  }
  return undefined;
};

const findNamed = (chosen: string, { workingFolder, dataDir }: Variables, isLauncher: boolean): Found => {
  const path = resolve(workingFolder.path, chosen);
  const source = sourceOfNamed(path, workingFolder, dataDir);
  if (isLauncher) refuseForLauncher(chosen, source);
  return { name: chosen, text: requireConfigText(path, chosen), source };
};

/**
 * The configuration file: the chosen one, else a trusted `gomodel.yaml` of the working folder, else the one of
 * the data folder.
 * @throws GatewayError invalid_config
 */
export const readConfigFile = async (
  variables: Variables,
  isLauncher: boolean,
): Promise<FileConfig | undefined> => {
  const { chosenConfig, folderFiles, dataDir } = variables;
  const trusted = trustedText(folderFiles, 'config');
  const found: Found | undefined = chosenConfig
    ? findNamed(chosenConfig, variables, isLauncher)
    : trusted
      ? { ...trusted, source: 'working_folder' }
      : findInDataFolder(dataDir);
  if (!found) return undefined;
  const { name, text, source } = found;
  // Takes a tenth of a second to load: most users have no file.
  const { parseConfigFile } = await import('../config/file/parse-config-file.ts');
  return parseConfigFile(text, name, source === 'working_folder' ? variables.folder : variables.own, source);
};
