import type { Environment } from '../../config/data-dir.ts';
import type { WorkingFolder } from '../../state/working-folder.ts';
import {
  type InstalledProgram,
  type ProgramSearch,
  type SoughtProgram,
  searchProgram,
} from './find-program.ts';

export type InstalledCodex = InstalledProgram;

const CODEX: SoughtProgram = {
  name: 'codex',
  version: /^codex(?:-cli)? (\S+)/m,
  shim: {
    pattern: /%(?:~dp0|dp0%)[\\/]{0,4}([^"%\r\n]{0,1024}codex\.js)/i,
    file: 'node_modules/@openai/codex/bin/codex.js',
  },
};

/** Finds the Codex command that a shell would run. */
export const searchCodex = (env: Environment, workingFolder: WorkingFolder): Promise<ProgramSearch> =>
  searchProgram(CODEX, env, workingFolder);

/** @returns undefined if there is none that works */
export const findCodex = async (
  env: Environment,
  workingFolder: WorkingFolder,
): Promise<InstalledCodex | undefined> => (await searchCodex(env, workingFolder)).found;
