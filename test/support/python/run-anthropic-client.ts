import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The version that the gateway was tried with. */
const VERSION = '2.14.0';
const TIMEOUT_MS = 120_000;

/**
 * Installs Anthropic's client for Python from PyPI into the cache folder, once, in an environment of its own.
 * @returns the interpreter that has it
 * @throws where there is no Python, or pip fails, with its own words
 */
export const ensureAnthropicClient = async (): Promise<string> => {
  const cache = process.env.GOMODEL_TEST_CACHE ?? join(homedir(), '.cache', 'gomodel-ts');
  const folder = join(cache, 'python-anthropic', VERSION);
  const interpreter = join(folder, 'bin', 'python');
  const done = join(folder, 'installed');
  if (existsSync(done)) return interpreter;
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', '--clear', folder]);
  await run(interpreter, ['-m', 'pip', 'install', '--quiet', `anthropic==${VERSION}`]);
  await writeFile(done, '');
  return interpreter;
};

/** What the script has seen. */
export interface PythonSeen {
  readonly counted: number;
  readonly events: readonly string[];
  readonly first: readonly string[];
  readonly call: object;
  readonly stop: readonly string[];
  readonly second: string;
  readonly usage: number;
  readonly refused: { readonly type: string; readonly request_id: string } | null;
}

/** @param origin of the gateway, without `/v1` @throws with what Python says */
export const runAnthropicClient = async (origin: string, model: string): Promise<PythonSeen> => {
  const script = join(import.meta.dirname, 'anthropic_client.py');
  const { stdout } = await run(await ensureAnthropicClient(), [script, origin, model], {
    timeout: TIMEOUT_MS,
    env: { PATH: process.env.PATH, PYTHONIOENCODING: 'utf-8' },
  });
  return JSON.parse(stdout);
};
