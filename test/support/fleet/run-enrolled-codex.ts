import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startAppServer } from '../../../src/codex/run/app-server.ts';
import { type SystemFiles, withPrivateEtc } from '../../../src/codex/run/private-etc.ts';
import { ensureCodex } from '../codex/ensure-codex.ts';
import { createCodexFolders } from '../codex/run-codex.ts';
import { startProxyTrap } from '../codex/start-proxy-trap.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

export interface EnrolledMachine {
  /** As when the hour is over for which Codex keeps what its configuration server said. */
  forgetPolicy(): void;
  /** Writes Codex's copy of the policy as its user could: changed, and signed anew. @returns what it was */
  rewritePolicy(change: (copy: string) => string): string;
  /** `codex exec` with these arguments, to its end. */
  exec(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** `codex login`, which prints an address; a browser that goes there must have ended before this settles. */
  logIn(open: (url: string) => Promise<unknown>): Promise<{ code: number | null; told: string }>;
  /** What Codex's app server says that it was told, without a request to a model. */
  ask<Answer>(
    work: (server: Awaited<ReturnType<typeof startAppServer>>) => Promise<Answer>,
    env?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

const TIMEOUT_MS = 90_000;

/** By which Codex knows its own copy again. It is no secret: the public source of 0.169 to 0.171 has it. */
const COPY_KEY = 'codex-cloud-config-bundle-cache-v1-6160ae70-bcfd-4ca8-a99b-40f73b3b072e';

/** A machine whose administrator has put files into /etc/codex, and its user, with a home of their own. */
export const createMachine = async (
  version: string,
  system: SystemFiles,
  configToml: string,
  env: Readonly<Record<string, string>>,
  wrap: (program: readonly string[]) => readonly string[] = (program) => program,
): Promise<EnrolledMachine> => {
  const binary = await ensureCodex(version);
  const { codexHome, home, workFolder } = createCodexFolders();
  writeFileSync(join(codexHome, 'config.toml'), configToml);
  const environment = async (more: Readonly<Record<string, string>>) => {
    const trap = await startProxyTrap();
    const variables = {
      ...{ PATH: process.env.PATH, HOME: home, TERM: 'dumb', NO_COLOR: '1' },
      ...{ ...trap.env, CODEX_HOME: codexHome, ...env, ...more },
    };
    return { variables, close: trap.close };
  };
  const commandOf = (args: readonly string[]) =>
    withPrivateEtc(createTemporaryFolder('etc'), system, wrap([binary, ...args]));
  const start = async (args: readonly string[], more: Readonly<Record<string, string>>) => {
    const { variables, close } = await environment(more);
    const [file, ...rest] = commandOf(args);
    const child = spawn(file, rest, {
      cwd: workFolder,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, TIMEOUT_MS);
    const ended = once(child, 'close').then(async () => {
      clearTimeout(timer);
      await close();
      return child.exitCode;
    });
    return { child, ended };
  };
  return {
    forgetPolicy: () => {
      for (const name of readdirSync(codexHome)) {
        if (name.startsWith('managed-config-')) rmSync(join(codexHome, name));
      }
    },
    rewritePolicy: (change) => {
      const name = readdirSync(codexHome).find((known) => known.startsWith('managed-config-')) ?? '';
      const path = join(codexHome, name);
      const { signed_payload: payload } = JSON.parse(readFileSync(path, 'utf8'));
      const copy = JSON.stringify(payload);
      const changed = change(copy);
      const signature = createHmac('sha256', COPY_KEY).update(changed).digest('base64');
      writeFileSync(path, `{"signed_payload":${changed},"signature":"${signature}"}`);
      return copy;
    },
    exec: async (args, more = {}) => {
      const { child, ended } = await start(['exec', '--skip-git-repo-check', ...args], more);
      const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, stdout, stderr };
    },
    logIn: async (open) => {
      const { child, ended } = await start(['login'], {});
      let told = '';
      let opened: Promise<unknown> | undefined;
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          told += chunk;
          const [url] = /https?:\/\/\S+\/oauth\/authorize\?\S+/.exec(told) ?? [];
          if (url !== undefined) opened ??= open(url);
        });
      }
      const code = await ended;
      await opened;
      return { code, told };
    },
    ask: async (work, more = {}) => {
      const { variables, close } = await environment(more);
      const command = commandOf(['app-server']);
      const server = await startAppServer({ command, env: variables, cwd: workFolder });
      try {
        return await work(server);
      } finally {
        server.close();
        await close();
      }
    },
  };
};
