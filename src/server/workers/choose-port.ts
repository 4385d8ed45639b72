import { createServer } from 'node:http';
import { listen } from '../listen.ts';

/**
 * A port that is free at this moment, on all addresses that the gateway will have: workers must be told one
 * that they share, and each of them would be given another for port 0.
 * @returns `port`, unless that is 0
 * @throws GatewayError port_in_use, command_failed
 */
export const choosePort = async (host: string | undefined, port: number): Promise<number> => {
  if (port !== 0) return port;
  const { servers, port: chosen } = await listen({ createServer, host, port });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return chosen;
};
