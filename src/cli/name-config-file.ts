import { join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import type { Source } from '../config/sources.ts';
import type { WorkingFolder } from '../state/working-folder.ts';
import { CONFIG_NAMES, realPathOf } from './read-folder-files.ts';

/** Whose word a file that the user names is: where it lies decides. */
export const sourceOfNamed = (path: string, workingFolder: WorkingFolder, dataDir?: string): Source => {
  const real = realPathOf(path);
  const inData = dataDir === undefined ? [] : CONFIG_NAMES.map((name) => realPathOf(join(dataDir, name)));
  if (real !== undefined && inData.includes(real)) return 'data_folder';
  return workingFolder.contains(path) ? 'working_folder' : 'named_file';
};

/**
 * A launcher runs wherever its user works, and takes no word from there.
 * @throws GatewayError invalid_config
 */
export const refuseForLauncher = (name: string, source: Source): void => {
  if (source !== 'working_folder') return;
  throw new GatewayError(
    'invalid_config',
    `${name} is in the working folder, and a launcher reads no configuration from there. Move it to the data folder, or start a gateway with \`npx gomodel-ts serve\` and that file.`,
  );
};
