import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import type { RunningGateway } from '../ask-health.ts';
import type { CommandContext } from '../context.ts';
import { findGateways } from './find-gateways.ts';

const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;
const LAST_CHARACTERS = 2_000;

/** What a gateway in the background says. */
export const logFileOf = (dataDir: string): string => join(dataDir, 'gateway.log');

/** What it said before: the file is not cut while a gateway writes to it, but when the next one begins. */
const earlierLogFileOf = (dataDir: string): string => `${logFileOf(dataDir)}.1`;

const MAX_LOG_BYTES = 4 * 2 ** 20;

const openLogFile = async (dataDir: string): Promise<FileHandle> => {
  createPrivateFolder(dataDir);
  const { size } = await stat(logFileOf(dataDir)).catch(() => ({ size: 0 }));
  if (size > MAX_LOG_BYTES) await rename(logFileOf(dataDir), earlierLogFileOf(dataDir));
  return open(logFileOf(dataDir), 'a', 0o600);
};

/**
 * Starts `serve` in a session of its own, so that it outlives this shell, and waits until it answers. Exchanges are in
 * the log, which has a bound; a tail in a file would have none.
 * @param args of `serve`
 * @throws GatewayError command_failed where it ends instead, with the last that it said
 */
export const startGateway = async (
  dataDir: string,
  args: readonly string[],
  { env, cwd }: CommandContext,
): Promise<RunningGateway> => {
  const log = await openLogFile(dataDir);
  const begin = (await log.stat()).size;
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [script, 'serve', '--no-tail', ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const ended = once(child, 'exit').then(() => 'ended' as const);
  child.unref();
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const own = (await findGateways(dataDir)).find(({ pid, health }) => pid === child.pid && health);
    if (own?.health) return own.health;
    const state = await Promise.race([ended, pause(LOOK_EVERY_MS)]);
    if (state !== 'ended' && performance.now() < deadline) continue;
    const said = (await readFile(logFileOf(dataDir))).subarray(begin).toString('utf8').trim();
    throw new GatewayError(
      'command_failed',
      `the gateway did not start. It said:\n${said.slice(-LAST_CHARACTERS)}`,
    );
  }
};
