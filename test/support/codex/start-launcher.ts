import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { ensureCodex } from './ensure-codex.ts';
import { createCodexFolders } from './run-codex.ts';
import { type SignIn, signInto } from './sign-in.ts';
import { startProxyTrap } from './start-proxy-trap.ts';

export const BIN = join(import.meta.dirname, '../../../bin/gomodel-ts.js');

interface LauncherRun {
  /** Undefined: there is no Codex on the launcher's PATH. */
  readonly version: string | undefined;
  /** What follows `gomodel-ts codex`. */
  readonly args: readonly string[];
  readonly signIn?: SignIn;
  readonly env?: Readonly<Record<string, string>>;
  /** The data folder of a gateway that runs. */
  readonly dataDir?: string;
  /** Where it is started; an empty repository where nothing is said. */
  readonly workFolder?: string;
}

/** The bytes of what Codex keeps of its user, and of nothing else that it may write. */
interface CodexFiles {
  readonly config: Buffer | undefined;
  readonly auth: Buffer | undefined;
}

export interface RunningLauncher {
  readonly pid: number;
  readonly dataDir: string;
  readonly before: CodexFiles;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
    readonly after: CodexFiles;
  }>;
}

const readFiles = (codexHome: string): CodexFiles => {
  const read = (name: string): Buffer | undefined => {
    const path = join(codexHome, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  return { config: read('config.toml'), auth: read('auth.json') };
};

/** PATH with a version's `codex` as the first; with none at all where the version is undefined. */
export const pathWith = async (version: string | undefined): Promise<string> => {
  // Codex's own command is a script that asks for `node` and `git`.
  const system = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  const folders = version === undefined ? system : [dirname(await ensureCodex(version)), ...system];
  return folders.join(':');
};

/** Starts `gomodel-ts codex` with folders of its own and no way out but loopback. */
export const startLauncher = async (run: LauncherRun): Promise<RunningLauncher> => {
  const { codexHome, home, workFolder } = createCodexFolders();
  const dataDir = run.dataDir ?? join(createTemporaryFolder('launcher'), 'data');
  const trap = await startProxyTrap();
  const env = {
    PATH: await pathWith(run.version),
    HOME: home,
    TERM: 'dumb',
    ...trap.env,
    CODEX_HOME: codexHome,
    GOMODEL_HOME: dataDir,
    ...run.env,
  };
  if (run.version !== undefined)
    signInto(codexHome, run.signIn ?? 'none', await ensureCodex(run.version), env);
  const before = readFiles(codexHome);
  const child = spawn(process.execPath, [BIN, 'codex', ...run.args], {
    cwd: run.workFolder ?? workFolder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const finish = async () => {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    await trap.close();
    return { code: child.exitCode, stdout, stderr, after: readFiles(codexHome) };
  };
  return { pid: child.pid ?? 0, dataDir, before, ended: finish() };
};
