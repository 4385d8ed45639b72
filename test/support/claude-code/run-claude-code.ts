import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startProxyTrap } from '../codex/start-proxy-trap.ts';
import { installPackage } from '../install-package.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** The version that the gateway was tried with. */
const VERSION = '2.1.330';
const TIMEOUT_MS = 60_000;

/**
 * Installs Claude Code from npm into the cache folder, once (360 MB). It brings a Node of its own.
 * @throws where npm fails, with npm's own words
 */
export const ensureClaudeCode = (): Promise<string> =>
  installPackage({
    name: '@anthropic-ai/claude-code',
    version: VERSION,
    command: 'claude',
    folder: 'claude-code',
  });

interface ClaudeCodeRun {
  readonly prompt: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** One that was signed in before. */
  readonly home?: string;
  /** Of an earlier run, whose session is to go on. */
  readonly folder?: string;
}

interface ClaudeCodeOutcome {
  /** Null where the run was ended by the timeout. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly workFolder: string;
  /** With its home and its working folder. */
  readonly folder: string;
  /** What it tried to reach beyond loopback, and did not. */
  readonly outsideAttempts: readonly string[];
}

/** Runs `claude -p` once, with a home and a working folder of its own and no way out but loopback. */
export const runClaudeCode = async ({
  prompt,
  args = [],
  env,
  home: known,
  folder = createTemporaryFolder('claude-code'),
}: ClaudeCodeRun): Promise<ClaudeCodeOutcome> => {
  const binary = await ensureClaudeCode();
  const home = known ?? join(folder, 'home');
  const workFolder = join(folder, 'work');
  for (const path of [home, workFolder]) mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '--quiet'], { cwd: workFolder });
  writeFileSync(join(workFolder, 'hello.txt'), 'hello\n');
  const trap = await startProxyTrap();
  try {
    const child = spawn(binary, ['-p', prompt, ...args], {
      cwd: workFolder,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        NO_COLOR: '1',
        DISABLE_TELEMETRY: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        ...trap.env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a timeout ends what it started as well.
      detached: true,
    });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, TIMEOUT_MS);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    clearTimeout(timer);
    return { code, stdout, stderr, workFolder, folder, outsideAttempts: [...trap.attempts] };
  } finally {
    await trap.close();
  }
};
