import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Environment } from '../../config/data-dir.ts';
import type { WorkingFolder } from '../../state/working-folder.ts';

export interface CodexCommand {
  /** The command's absolute path. */
  readonly path: string;
  /** What Node is to run in its place: Windows' `codex.cmd` can only be run by a shell. */
  readonly script?: string;
}

export interface InstalledCodex extends CodexCommand {
  /** Such as `0.169.0`. */
  readonly version: string;
}

/** A command on PATH that is called like Codex and does not work. */
interface BrokenCodex {
  readonly path: string;
  /** In a few words. */
  readonly reason: string;
}

export interface CodexSearch {
  readonly codex?: InstalledCodex;
  /** Those that come before it on PATH. */
  readonly broken: readonly BrokenCodex[];
}

const TIMEOUT_MS = 15_000;
const MAX_REASON_LENGTH = 200;

/** The file and the first arguments that run Codex. */
export const executableOf = ({ path, script }: CodexCommand): readonly [file: string, args: string[]] =>
  script === undefined ? [path, []] : [process.execPath, [script]];

/**
 * Finds the Codex command as a shell would: the first on `PATH` that works. Folders that are relative, empty or lie
 * in the working folder are passed over: whoever wrote the repository there would run as its reader.
 */
export const searchCodex = async (env: Environment, workingFolder: WorkingFolder): Promise<CodexSearch> => {
  const broken: BrokenCodex[] = [];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of new Set(folders)) {
    for (const path of namesOf(process.platform).map((name) => join(folder, name))) {
      // The command itself may be a link into the working folder.
      if (workingFolder.contains(path) || !(await isRunnable(path))) continue;
      const found = await examine(path, env);
      if ('version' in found) return { codex: found, broken };
      broken.push(found);
    }
  }
  return { broken };
};

/** @returns undefined where there is none that works */
export const findCodex = async (
  env: Environment,
  workingFolder: WorkingFolder,
): Promise<InstalledCodex | undefined> => (await searchCodex(env, workingFolder)).codex;

const namesOf = (platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' ? ['codex.exe', 'codex.cmd'] : ['codex'];

const isRunnable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK)
    .then(() => stat(path))
    .then((found) => found.isFile())
    .catch(() => false);

const examine = async (path: string, env: Environment): Promise<InstalledCodex | BrokenCodex> => {
  try {
    const command = path.endsWith('.cmd') ? { path, script: await scriptOf(path) } : { path };
    const [file, args] = executableOf(command);
    const { stdout } = await promisify(execFile)(file, [...args, '--version'], { env, timeout: TIMEOUT_MS });
    const version = /^codex(?:-cli)? (\S+)/m.exec(stdout)?.[1];
    if (version !== undefined) return { ...command, version };
    return { path, reason: `it answers --version with "${stdout.trim().slice(0, 60)}"` };
  } catch (cause) {
    return { path, reason: reasonOf(cause) };
  }
};

/**
 * The script that a shim of npm or pnpm runs.
 * @throws Error where it runs something else
 */
const scriptOf = async (shim: string): Promise<string> => {
  const text = await readFile(shim, 'utf8');
  const relative = /%(?:~dp0|dp0%)[\\/]{0,4}([^"%\r\n]{0,1024}codex\.js)/i.exec(text)?.[1];
  const beside = join('node_modules', '@openai', 'codex', 'bin', 'codex.js');
  for (const script of [relative?.replaceAll('\\', '/'), beside]) {
    const path = script === undefined ? undefined : resolve(dirname(shim), script);
    if (
      path !== undefined &&
      (await access(path).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  throw new Error('it is not a shim of npm for @openai/codex/bin/codex.js, or that file is missing');
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
