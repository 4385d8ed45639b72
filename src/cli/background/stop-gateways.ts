import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import { type FoundGateway, findGateways } from './find-gateways.ts';

/** Running answers may end within 10 s; then the gateway cuts them off and writes its log. */
const WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * Asks the gateways of a data folder to stop, and waits until they have.
 * @returns those that ran
 * @throws GatewayError command_failed where one is still there
 */
export const stopGateways = async (dataDir: string): Promise<readonly FoundGateway[]> => {
  const found = await findGateways(dataDir);
  for (const { pid } of found) process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + WITHIN_MS;
  for (const { pid, url } of found) {
    while (isAlive(pid)) {
      if (performance.now() > deadline) {
        throw new GatewayError(
          'command_failed',
          `the gateway at ${url} (pid ${pid}) was asked to stop but is still running. End it with \`kill -9 ${pid}\`.`,
        );
      }
      await pause(LOOK_EVERY_MS);
    }
  }
  return found;
};
