import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { CommanderError } from 'commander';
import { ADDRESS_ATTEMPT_MS } from '../base/address-attempt.ts';
import { GatewayError } from '../base/errors.ts';
import { trustAuthorities } from '../base/gateway-trust.ts';
import { readTrustedCertificates } from '../config/read-certificates.ts';
import type { CommandContext } from './context.ts';
import { findHome } from './find-home.ts';
import { openDoor } from './output-door.ts';
import { createProgram } from './program.ts';
import { createColour } from './render/colour.ts';
import { plainLines } from './render/plain-text.ts';

/**
 * A pipe that was closed by its reader, as by `| head`, is no failure. Where a command watches the stream
 * itself it goes on as it wants to: the gateway serves on without its tail.
 */
const endQuietlyOnClosedPipe = (process: NodeJS.Process): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' && stream.listenerCount('error') === 1) process.exit(0);
    });
  }
};

const report = (error: unknown, { stderr, env }: CommandContext): number => {
  // Commander has told its own errors already, and what it throws for --help is none.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const colour = createColour(stderr, env);
  if (error instanceof GatewayError) {
    stderr.write(`${colour.red('gomodel-ts:')} ${plainLines(error.message).join('\n')}\n`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`${colour.red('gomodel-ts failed.')} Please report this:\n${plainLines(detail).join('\n')}\n`);
  return 1;
};

/** Runs the command line in `process`; its exit code is the outcome. */
export const main = async (process: NodeJS.Process): Promise<void> => {
  // Deprecations of a dependency (http-proxy calls util._extend) are for its developers, not for a tail on a terminal.
  process.noDeprecation = true;
  endQuietlyOnClosedPipe(process);
  // For the commands' own questions to a gateway, which may run far away.
  setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_ATTEMPT_MS);
  const context: CommandContext = {
    env: process.env,
    stdin: process.stdin,
    stdout: openDoor(process.stdout, process.env),
    stderr: openDoor(process.stderr, process.env),
    cwd: process.cwd(),
    homeDir: findHome(),
  };
  try {
    // Codex is told of a company's certificates by the same variables.
    trustAuthorities(() => readTrustedCertificates(process.env) ?? []);
    const program = await createProgram(process.argv[2] ?? '', context);
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error, context);
  }
};
