import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../../bench/find-free-port.ts';

/** A PostgreSQL server of its own, in a temporary folder, on a free port of loopback. */
export interface PostgresServer {
  /** Creates an empty database. @returns its address, with a password */
  createDatabase(): Promise<string>;
  /** Runs one statement in a database. */
  run<Row>(url: string, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** `kill -9` of all of it. */
  kill(): Promise<void>;
  /** Stops all of it where it stands, as a machine does that swaps: connections stay, and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** After `kill` or `stop`: the same data on the same port. Does nothing to one that runs. */
  start(): Promise<void>;
  /** Ends it, and what runs in it. */
  stop(): Promise<void>;
  /** Ends it, and removes its folder. */
  remove(): Promise<void>;
}

const NOBODY = 65_534;
export const PASSWORD = 'pw-0123456789-secret';

/** Debian keeps the server's programs out of the path. */
const findPrograms = (): string => {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  const newest = versions.sort((one, other) => Number(one) - Number(other)).at(-1);
  return newest === undefined ? '' : join(base, newest, 'bin');
};

const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root. */
const asUser = (program: string, args: readonly string[]): [string, string[]] =>
  isRoot
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', program, ...args]]
    : [program, [...args]];

export const startPostgres = async (): Promise<PostgresServer> => {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-postgres-'));
  chmodSync(folder, 0o755);
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const options = { cwd: folder, stdio: 'ignore' } as const;
  execFileSync(
    ...asUser(join(programs, 'initdb'), [
      '-D',
      data,
      '-U',
      'gomodel',
      '-A',
      'trust',
      '--no-sync',
      '-E',
      'UTF8',
    ]),
    options,
  );
  const port = await findFreePort();
  const url = (name: string): string => `postgres://gomodel:${PASSWORD}@127.0.0.1:${port}/${name}`;
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ];
  let child: ChildProcess | undefined;

  const run = async <Row>(address: string, text: string, values: readonly unknown[] = []) => {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as Row[];
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    if (child && child.exitCode === null && child.signalCode === null) return;
    const args = [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      ...settings.flatMap((each) => ['-c', each]),
    ];
    // Its own group, so that a kill reaches all of its processes.
    child = spawn(...asUser(join(programs, 'postgres'), args), { ...options, detached: true });
    for (;;) {
      try {
        await run(url('postgres'), 'SELECT 1');
        return;
      } catch (error) {
        if (child.exitCode !== null) throw error;
        await pause(50);
      }
    }
  };
  const end = async (signal: NodeJS.Signals, isForAll: boolean): Promise<void> => {
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    process.kill(isForAll ? -child.pid : child.pid, signal);
    await ended;
    rmSync(join(data, 'postmaster.pid'), { force: true });
  };
  const signalAll = (signal: NodeJS.Signals): void => {
    // Each of its processes has a group of its own.
    for (const line of execFileSync('ps', ['-eo', 'pid=,ppid=']).toString().split('\n')) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      if (pid && (parent === child?.pid || pid === child?.pid)) process.kill(pid, signal);
    }
  };
  let databases = 0;
  await start();
  return {
    createDatabase: async () => {
      const name = `test_${++databases}`;
      await run(url('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    run,
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    kill: () => end('SIGKILL', true),
    start,
    // Immediately, whoever is connected.
    stop: () => end('SIGQUIT', false),
    remove: async () => {
      await end('SIGQUIT', false);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
