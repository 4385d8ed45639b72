import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { ensureCodex } from './ensure-codex.ts';
import { type SignIn, signInto } from './sign-in.ts';
import { startProxyTrap } from './start-proxy-trap.ts';

export interface CodexRun {
  readonly version: string;
  readonly prompt: string;
  readonly signIn?: SignIn;
  /** Codex's config.toml; absent: none is written, so that a prepared home stays as it is. */
  readonly configToml?: string;
  /** More arguments of `codex exec`, before the prompt. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A Codex home that is there already, such as one that `init-codex` wrote to. */
  readonly codexHome?: string;
  /** The working folder of an earlier run. */
  readonly workFolder?: string;
  readonly timeoutMs?: number;
}

export interface CodexOutcome {
  /** Null where the run was ended by the timeout. */
  readonly code: number | null;
  /** The final answer alone. */
  readonly stdout: string;
  /** All that the user sees beside it. */
  readonly stderr: string;
  readonly codexHome: string;
  readonly workFolder: string;
  /** What Codex tried to reach beyond loopback, and did not. */
  readonly outsideAttempts: readonly string[];
}

/** An empty home folder for Codex: `codex` (its CODEX_HOME), `home` and `work` (a git repository) in it. */
export const createCodexFolders = (): { codexHome: string; home: string; workFolder: string } => {
  const folder = createTemporaryFolder('codex');
  const folders = {
    codexHome: join(folder, 'codex'),
    home: join(folder, 'home'),
    workFolder: join(folder, 'work'),
  };
  for (const path of Object.values(folders)) mkdirSync(path);
  execFileSync('git', ['init', '--quiet'], { cwd: folders.workFolder });
  writeFileSync(join(folders.workFolder, 'hello.txt'), 'hello\n');
  return folders;
};

/**
 * Runs `codex exec` once, with a home and a working folder of its own and no way out but loopback.
 * Only what is given is in its environment, so that no key of the developer's shell plays a part.
 */
export const runCodex = async (run: CodexRun): Promise<CodexOutcome> => {
  const binary = await ensureCodex(run.version);
  const { home, ...fresh } = createCodexFolders();
  const workFolder = run.workFolder ?? fresh.workFolder;
  const codexHome = run.codexHome ?? fresh.codexHome;
  const trap = await startProxyTrap();
  try {
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      TERM: 'dumb',
      NO_COLOR: '1',
      ...trap.env,
      CODEX_HOME: codexHome,
      ...run.env,
    };
    signInto(codexHome, run.signIn ?? 'none', binary, env);
    if (run.configToml !== undefined) writeFileSync(join(codexHome, 'config.toml'), run.configToml);
    const child = spawn(binary, ['exec', ...(run.args ?? []), run.prompt], {
      cwd: workFolder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: `codex` is a launcher, and a timeout must end what it launched as well.
      detached: true,
    });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, run.timeoutMs ?? 60_000);
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    clearTimeout(timer);
    return { code: child.exitCode, stdout, stderr, codexHome, workFolder, outsideAttempts: trap.attempts };
  } finally {
    await trap.close();
  }
};
