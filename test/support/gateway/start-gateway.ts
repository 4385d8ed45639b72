import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

export const PROVIDER_KEY = 'sk-provider-0123456789abcdef';
export const MASTER_KEY = 'gm-master-0123456789abcdef';

const BIN = join(import.meta.dirname, '../../../bin/gomodel-ts.js');
const LOGS_POLL_MS = 50;
const LOGS_DEADLINE_MS = 15_000;
const COMMAND_DEADLINE_MS = 30_000;

type Env = Readonly<Record<string, string | undefined>>;

export interface GatewayOptions {
  /** Base address of the upstream; absent with `--demo`. */
  readonly upstreamUrl?: string;
  readonly masterKey?: string;
  /** The gateway's own key; `null`: none is set. */
  readonly providerKey?: string | null;
  readonly args?: readonly string[];
  /** The data folder of an earlier run. */
  readonly dataDir?: string;
  /** More variables, such as other providers' keys. */
  readonly env?: Env;
  /** `gomodel.yaml` of its data folder. */
  readonly configFile?: string;
}

interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built CLI, serving in a process of its own. */
export interface GatewayProcess {
  /** As its banner says it: `http://localhost:PORT/v1`. */
  readonly url: string;
  readonly dataDir: string;
  /** What it has printed so far: the banner and notices on stderr, the tail on stdout. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Runs another command of the CLI beside it, with the same data folder. */
  run(args: readonly string[], env?: Env): Promise<CliOutcome>;
  /** `logs --json`, newest last, as soon as it satisfies the condition. */
  logs(until: (records: ExchangeRecord[]) => boolean): Promise<ExchangeRecord[]>;
  readonly pid: number | undefined;
  /** Waits until it has said this, in the tail or beside it. */
  said(text: string): Promise<void>;
  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
  /** Signals it and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** An environment without any key of the developer's shell. */
const cleanEnv = (env: Env): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: createTemporaryFolder('home'),
  ...env,
});

/** Runs one command of the built CLI to its end, with stdin closed. */
const runCli = async (args: readonly string[], env: Env): Promise<CliOutcome> => {
  const limits = { timeout: COMMAND_DEADLINE_MS, killSignal: 'SIGKILL' } as const;
  const child = promisify(execFile)(process.execPath, [BIN, ...args], { env: cleanEnv(env), ...limits });
  child.child.stdin?.end();
  try {
    return { code: 0, ...(await child) };
  } catch (reason) {
    const { code, stdout, stderr } = reason as CliOutcome;
    return { code, stdout, stderr };
  }
};

const waitForUrl = (child: ChildProcess, printed: { stdout: string; stderr: string }): Promise<string> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      const url = /https?:\/\/\S+\/v1\b/.exec(printed.stderr)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stderr?.on('data', look);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${printed.stderr}`)));
  });

/**
 * Starts `gomodel-ts serve` on a free port and waits until it says where it listens.
 * @throws with its output where it ends instead
 */
export const startGateway = async (options: GatewayOptions): Promise<GatewayProcess> => {
  const folder = createTemporaryFolder('gateway');
  const dataDir = options.dataDir ?? join(folder, 'data');
  const providerKey = options.providerKey === undefined ? PROVIDER_KEY : options.providerKey;
  const env: Env = {
    GOMODEL_HOME: dataDir,
    ...(options.upstreamUrl && { OPENAI_BASE_URL: options.upstreamUrl }),
    ...(options.masterKey && { GOMODEL_MASTER_KEY: options.masterKey }),
    ...(providerKey && { OPENAI_API_KEY: providerKey }),
    ...options.env,
  };
  if (options.configFile !== undefined) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, 'gomodel.yaml'), options.configFile);
  }
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...(options.args ?? [])], {
    // Not the checkout: a `.env` there must play no part.
    cwd: folder,
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk;
  });
  const url = await waitForUrl(child, printed);
  const run = (args: readonly string[], more: Env = {}): Promise<CliOutcome> =>
    runCli(args, { GOMODEL_HOME: dataDir, ...more });

  return {
    url,
    dataDir,
    output: () => ({ ...printed }),
    run,
    logs: async (until) => {
      const deadline = performance.now() + LOGS_DEADLINE_MS;
      for (;;) {
        const { code, stdout, stderr } = await run(['logs', '--json', '-n', '100']);
        if (code !== 0) throw new Error(`logs ended with ${code}: ${stderr}`);
        const records: ExchangeRecord[] = stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        if (until(records)) return records;
        if (performance.now() > deadline) throw new Error(`the log stays at: ${stdout}`);
        await pause(LOGS_POLL_MS);
      }
    },
    pid: child.pid,
    said: async (sought) => {
      while (!`${printed.stdout}\n${printed.stderr}`.includes(sought)) {
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
      }
    },
    signal: (signal) => void child.kill(signal),
    stop: async (signal = 'SIGINT') => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
};
