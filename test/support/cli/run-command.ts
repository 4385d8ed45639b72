import { type Duplex, PassThrough } from 'node:stream';
import type { Command } from 'commander';
import type { CommandContext } from '../../../src/cli/context.ts';

export interface CommandRun {
  /** Home and working folder of the command. */
  readonly homeDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What a person types: at once, or an answer to each question; absent: no terminal is there. */
  readonly typed?: string | readonly string[];
}

export interface CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  /** What the command threw. */
  readonly error: unknown;
  /** What the process would end with. */
  readonly exitCode: number;
}

/** Runs a command in this process, with streams of its own and the real files of a home folder. */
export const runCommand = async (
  create: (context: CommandContext) => Command,
  args: readonly string[],
  { homeDir, env = {}, typed }: CommandRun,
): Promise<CommandOutcome> => {
  const isTTY = typed !== undefined;
  const [stdin, stdout, stderr] = [createStream(isTTY), createStream(false), createStream(isTTY)];
  const context = {
    env,
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as NodeJS.WriteStream,
    stderr: stderr as NodeJS.WriteStream,
    cwd: homeDir,
    homeDir,
  };
  const command = create(context)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  if (typeof typed === 'string') stdin.write(typed);
  else if (typed) answer(stderr, stdin, [...typed]);
  let error: unknown;
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    error = thrown;
  }
  const exitCode = Number(process.exitCode);
  process.exitCode = before;
  return { stdout: readAll(stdout), stderr: readAll(stderr), error, exitCode };
};

/** Types the next answer at each question. */
const answer = (stderr: Duplex, stdin: Duplex, answers: string[]): void => {
  const write = stderr.write.bind(stderr);
  stderr.write = ((...args: Parameters<typeof write>) => {
    if (String(args[0]).includes('[Y/n] ')) setImmediate(() => stdin.write(`${answers.shift() ?? ''}\n`));
    return write(...args);
  }) as typeof write;
};

const createStream = (isTTY: boolean): Duplex => Object.assign(new PassThrough(), isTTY ? { isTTY } : {});

/** One read gives all of it up to Node 24, and a chunk of it from Node 26 on. */
const readAll = (stream: Duplex): string => {
  const chunks: unknown[] = [];
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
  return chunks.join('');
};
