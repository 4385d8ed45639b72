import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import { initCodexCommand } from '../../../src/cli/commands/init-codex.ts';
import type { ConfigEdit } from '../../../src/codex/edit/edit-journal.ts';
import { openState, type State } from '../../../src/state/state.ts';

/** A home folder with everything in it that the command may touch. */
export interface InitHome {
  readonly homeDir: string;
  readonly codexHome: string;
  readonly config: string;
  readonly state: State<ConfigEdit>;
  remove(): void;
}

export interface InitRun {
  readonly env?: NodeJS.ProcessEnv;
  /** What a person types at the prompt; absent: no terminal is there. */
  readonly typed?: string;
}

export interface InitOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** What the command threw. */
  readonly error: unknown;
}

export const createInitHome = async (): Promise<InitHome> => {
  const homeDir = mkdtempSync(join(tmpdir(), 'gomodel-init-'));
  const codexHome = join(homeDir, '.codex');
  return {
    homeDir,
    codexHome,
    config: join(codexHome, 'config.toml'),
    state: await openState<ConfigEdit>(join(homeDir, '.gomodel-ts')),
    remove: () => rmSync(homeDir, { recursive: true }),
  };
};

/** Runs `init-codex` with the real files of `home`. */
export const runInitCodex = async (
  home: InitHome,
  args: readonly string[] = [],
  { env = {}, typed }: InitRun = {},
): Promise<InitOutcome> => {
  const [stdin, stdout, stderr] = [
    createStream(typed !== undefined),
    createStream(false),
    createStream(typed !== undefined),
  ];
  const context = {
    env,
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as NodeJS.WriteStream,
    stderr: stderr as NodeJS.WriteStream,
    cwd: home.homeDir,
    homeDir: home.homeDir,
  };
  const command = initCodexCommand(context)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  if (typed !== undefined) stdin.write(typed);
  let error: unknown;
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    error = thrown;
  }
  return { stdout: readAll(stdout), stderr: readAll(stderr), error };
};

const createStream = (isTTY: boolean): Duplex => Object.assign(new PassThrough(), isTTY ? { isTTY } : {});

/** One read gives all of it up to Node 24, and a chunk of it from Node 26 on. */
const readAll = (stream: Duplex): string => {
  const chunks: unknown[] = [];
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
  return chunks.join('');
};
