import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Environment } from '../../config/data-dir.ts';
import type { WorkingFolder } from '../../state/working-folder.ts';

export interface Program {
  /** The command's absolute path. */
  readonly path: string;
  /** What is to run in its place: Windows' `codex.cmd` can only be run by a shell. */
  readonly script?: string;
}

export interface InstalledProgram extends Program {
  /** Such as `0.169.0`. */
  readonly version: string;
}

/** A command on PATH that has the right name and does not work. */
interface BrokenProgram {
  readonly path: string;
  /** In a few words. */
  readonly reason: string;
}

export interface ProgramSearch {
  readonly found?: InstalledProgram;
  /** Those that come before it on PATH. */
  readonly broken: readonly BrokenProgram[];
}

/** How a program is recognised. */
export interface SoughtProgram {
  /** Its command. */
  readonly name: string;
  /** Finds the version in what `--version` prints. */
  readonly version: RegExp;
  /** Finds the file that npm's shim for Windows runs, relative to the shim, and that file's usual place. */
  readonly shim: { readonly pattern: RegExp; readonly file: string };
}

const TIMEOUT_MS = 15_000;
const MAX_REASON_LENGTH = 200;

/** The file and the first arguments that run a program. */
export const executableOf = ({ path, script }: Program): readonly [file: string, args: string[]] => {
  if (script === undefined) return [path, []];
  return script.endsWith('.exe') ? [script, []] : [process.execPath, [script]];
};

/**
 * Finds a command as a shell would: the first on `PATH` that works. Folders that are relative, empty or lie
 * in the working folder are passed over: whoever wrote the repository there would run as its reader.
 */
export const searchProgram = async (
  sought: SoughtProgram,
  env: Environment,
  workingFolder: WorkingFolder,
): Promise<ProgramSearch> => {
  const broken: BrokenProgram[] = [];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of new Set(folders)) {
    for (const path of fileNamesOf(sought, process.platform).map((name) => join(folder, name))) {
      // The command itself may be a link into the working folder.
      if (workingFolder.contains(path) || !(await isRunnable(path))) continue;
      const found = await examine(path, sought, env);
      if ('version' in found) return { found, broken };
      broken.push(found);
    }
  }
  return { broken };
};

const fileNamesOf = ({ name }: SoughtProgram, platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];

const isRunnable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK)
    .then(() => stat(path))
    .then((found) => found.isFile())
    .catch(() => false);

const examine = async (
  path: string,
  sought: SoughtProgram,
  env: Environment,
): Promise<InstalledProgram | BrokenProgram> => {
  try {
    const command = path.endsWith('.cmd') ? { path, script: await scriptOf(path, sought) } : { path };
    const [file, args] = executableOf(command);
    const { stdout } = await promisify(execFile)(file, [...args, '--version'], { env, timeout: TIMEOUT_MS });
    const version = sought.version.exec(stdout)?.[1];
    if (version !== undefined) return { ...command, version };
    return { path, reason: `it answers --version with "${stdout.trim().slice(0, 60)}"` };
  } catch (cause) {
    return { path, reason: reasonOf(cause) };
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The file that a shim of npm or pnpm runs.
 * @throws Error where it runs something else
 */
const scriptOf = async (shimPath: string, { shim }: SoughtProgram): Promise<string> => {
  const text = await readFile(shimPath, 'utf8');
  const relative = shim.pattern.exec(text)?.[1];
  for (const script of [relative?.replaceAll('\\', '/'), shim.file]) {
    const path = script === undefined ? undefined : resolve(dirname(shimPath), script);
    if (path !== undefined && (await exists(path))) return path;
  }
  throw new Error(
    `it is not a shim of npm for ${shim.file.replace('node_modules/', '')}, or that file is missing`,
  );
};

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  const stderr = 'stderr' in cause ? String(cause.stderr) : '';
  // The first line of its own words says more than the command that failed.
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .find(Boolean);
  return (said ?? cause.message.split('\n', 1)[0] ?? '').slice(0, MAX_REASON_LENGTH);
};
