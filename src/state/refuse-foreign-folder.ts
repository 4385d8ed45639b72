import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { hasErrorCode } from '../base/system-error.ts';
import type { WorkingFolder } from './working-folder.ts';

const REMEDY = 'Choose another one with --data-dir or GOMODEL_HOME.';

const refuse = (folder: string, problem: string, remedy: string): never => {
  throw new GatewayError('invalid_config', `The data folder ${folder} ${problem}. ${remedy}`);
};

/** Windows has no such ids; its folders inherit the rights of the profile. */
const isForeign = ({ uid }: Stats): boolean => process.geteuid !== undefined && uid !== process.geteuid();

const refuseForeign = (folder: string, stat: Stats, what: string): void => {
  if (!isForeign(stat)) return;
  refuse(
    folder,
    `${what} belongs to the user ${stat.uid}, who could read the log and change what it says`,
    `Run \`chown -R ${process.geteuid?.()} ${folder}\` if it is yours. ${REMEDY}`,
  );
};

const statIfThere = (path: string, stat: typeof lstatSync | typeof statSync): Stats | undefined => {
  try {
    return stat(path);
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw cause;
  }
};

/**
 * Refuses a data folder that another user could have prepared. A link is common where dotfiles are managed,
 * and allowed where the user owns both it and its target, and neither lies in the working folder: a
 * repository brings links along, and git makes their owner whoever cloned it.
 * @throws GatewayError invalid_config
 */
export const refuseForeignFolder = (folder: string, workingFolder: WorkingFolder): void => {
  const found = statIfThere(folder, lstatSync);
  if (found === undefined) return;
  const isInside = workingFolder.contains(folder);
  if (found.isSymbolicLink()) {
    const target = statIfThere(folder, statSync);
    if (!target) refuse(folder, 'is a link that leads nowhere', REMEDY);
    if (isInside) {
      refuse(folder, 'is a link, and it or its target lies in the working folder', REMEDY);
    }
    refuseForeign(folder, found, 'is a link that');
    if (target) refuseTarget(folder, target);
    return;
  }
  refuseTarget(folder, found);
  // What a repository holds may be links to anywhere.
  const link = isInside
    ? readdirSync(folder, { withFileTypes: true }).find((e) => e.isSymbolicLink())
    : undefined;
  if (link) {
    refuse(
      folder,
      'lies in the working folder and holds links',
      `Remove ${join(folder, link.name)}, or choose another folder with --data-dir or GOMODEL_HOME.`,
    );
  }
};

const refuseTarget = (folder: string, stat: Stats): void => {
  if (!stat.isDirectory()) refuse(folder, 'is not a folder', REMEDY);
  refuseForeign(folder, stat, '');
};
