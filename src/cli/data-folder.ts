import { isAbsolute } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { type Environment, resolveDataDir } from '../config/data-dir.ts';
import { refuseForeignFolder } from '../state/refuse-foreign-folder.ts';
import type { WorkingFolder } from '../state/working-folder.ts';

export interface DataFolderWish {
  /** `--data-dir`. */
  readonly flag: string | undefined;
  /** The user's own variables, none of the working folder's. */
  readonly env: Environment;
  readonly homeDir: string;
  readonly workingFolder: WorkingFolder;
}

/**
 * The data folder, looked at before anything is read from it.
 * @returns an absolute path
 * @throws GatewayError invalid_config where somebody else could have prepared it
 */
export const findDataFolder = ({ flag, env, homeDir, workingFolder }: DataFolderWish): string => {
  const folder = resolveDataDir({ flag, env, homeDir, cwd: workingFolder.path });
  refuseForeignFolder(folder, workingFolder);
  return folder;
};

/**
 * A relative `GOMODEL_HOME` is another folder in every repository, with whatever that has put there.
 * @throws GatewayError invalid_config
 */
export const refuseRelativeHome = (flag: string | undefined, env: Environment): void => {
  const { GOMODEL_HOME } = env;
  if (flag || !GOMODEL_HOME || isAbsolute(GOMODEL_HOME)) return;
  throw new GatewayError(
    'invalid_config',
    `GOMODEL_HOME is ${GOMODEL_HOME}, which depends on where Codex is started, so a repository could bring its own. Set it to an absolute path.`,
  );
};
