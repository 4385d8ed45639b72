import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../../config/data-dir.ts';
import { executableOf, type Program } from './find-program.ts';

export type CodexSignIn = 'chatgpt' | 'key' | 'none';

const TIMEOUT_MS = 15_000;

/**
 * How Codex is signed in, by its own word: the credential may lie in `auth.json` or in the system's
 * keyring, and neither is read here.
 */
export const readSignIn = async (codex: Program, env: Environment): Promise<CodexSignIn> => {
  const [file, args] = executableOf(codex);
  const said = await promisify(execFile)(file, [...args, 'login', 'status'], {
    env,
    timeout: TIMEOUT_MS,
  }).catch((error: unknown) =>
    error instanceof Error && 'stderr' in error ? { stdout: '', stderr: error.stderr } : {},
  );
  const text = Object.values(said).join('\n');
  if (/logged in using chatgpt/i.test(text)) return 'chatgpt';
  return /logged in using an api key/i.test(text) ? 'key' : 'none';
};
