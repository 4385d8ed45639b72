import { createServer } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { listen } from '../listening/listen.ts';

/** How often a free port is chosen that another program then was quicker to take. */
const MAX_TRIES = 5;

/**
 * A port that is free at this moment, on all addresses that the gateway will have: workers must be told one
 * that they share, and each of them would be given another for port 0.
 * @returns `port`, unless that is 0
 * @throws GatewayError port_in_use, command_failed
 */
const choosePort = async (host: string | undefined, port: number): Promise<number> => {
  if (port !== 0) return port;
  const { servers, port: chosen } = await listen({ createServer, host, port });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return chosen;
};

/**
 * Starts what listens on a port that is chosen here, where 0 is asked for.
 * @throws what `start` throws; GatewayError port_in_use where another program was quicker each time
 */
export const startOnPort = async (
  host: string | undefined,
  wanted: number,
  start: (port: number) => Promise<void>,
): Promise<void> => {
  for (let tries = 1; ; tries++) {
    const port = await choosePort(host, wanted);
    try {
      return await start(port);
    } catch (error) {
      const isTaken = error instanceof GatewayError && error.code === 'port_in_use';
      if (!isTaken || wanted !== 0 || tries === MAX_TRIES) throw error;
    }
  }
};
