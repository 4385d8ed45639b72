import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';

const bind = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const deniedRemedy = (port: number): string => {
  if (process.platform === 'win32') {
    return 'Windows keeps this port for itself, or another program has it (netsh interface ipv4 show excludedportrange protocol=tcp shows the ranges): choose another with --port.';
  }
  return port < 1024
    ? 'Ports below 1024 need more rights: choose another with --port.'
    : 'This system does not let you have it: choose another with --port.';
};

const isNoAddress = (code: string | undefined): boolean =>
  code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EADDRNOTAVAIL';

const FOREIGN_HOST =
  'HOST must be an address of this machine. Some shells and tools (csh, conda) set it to something else: unset it, or choose with --host.';

const toListenError = (error: unknown, host: string, port: number): GatewayError => {
  const code = errorCodeOf(error);
  if (code === 'EADDRINUSE') {
    return new GatewayError('port_in_use', `Port ${port} on ${host} is in use.`, { cause: error });
  }
  const remedy =
    code === 'EACCES' ? deniedRemedy(port) : isNoAddress(code) ? FOREIGN_HOST : 'Check HOST and PORT.';
  return new GatewayError('command_failed', `${host} port ${port} cannot be bound (${code}). ${remedy}`, {
    cause: error,
  });
};

/**
 * Systems that let a loopback address be bound over another program's wildcard: that program would get its
 * clients' requests no more.
 */
const OVERLAPPING: readonly NodeJS.Platform[] = ['darwin', 'freebsd', 'openbsd', 'netbsd'];

/** Whether somebody answers at a loopback port. Binding the wildcard to find out would open it to others. */
const isAnswered = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answered: boolean) => (): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });

const refuseTakenPort = async (port: number): Promise<void> => {
  if (port === 0 || !OVERLAPPING.includes(process.platform) || !(await isAnswered(port))) return;
  throw toListenError(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }), '127.0.0.1', port);
};

/** Another process may take the IPv6 half of a port that was chosen for its IPv4 half. */
const FREE_PORT_TRIES = 5;

export interface ListenInput {
  /** Makes one more server with the same handlers. */
  readonly createServer: () => Server;
  /** Absent, or `localhost`: both loopback addresses, since `localhost` is `::1` first for many clients. */
  readonly host: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
}

/**
 * Binds the servers.
 * @returns them and the port they share
 * @throws GatewayError port_in_use, command_failed
 */
export const listen = async (input: ListenInput): Promise<{ servers: Server[]; port: number }> => {
  // What `localhost` resolves to first is different on every system, and a client may try another one.
  if (input.host !== undefined && input.host.toLowerCase() !== 'localhost') {
    const server = input.createServer();
    const port = await bind(server, input.port, input.host).catch((error: unknown) => {
      throw toListenError(error, input.host ?? '', input.port);
    });
    return { servers: [server], port };
  }
  await refuseTakenPort(input.port);
  for (let attempt = 1; ; attempt++) {
    const ipv4 = input.createServer();
    const port = await bind(ipv4, input.port, '127.0.0.1').catch((error: unknown) => {
      throw toListenError(error, '127.0.0.1', input.port);
    });
    const ipv6 = input.createServer();
    try {
      await bind(ipv6, port, '::1');
      return { servers: [ipv4, ipv6], port };
    } catch (error) {
      // Machines without IPv6 are served on IPv4 alone.
      if (errorCodeOf(error) !== 'EADDRINUSE') return { servers: [ipv4], port };
      ipv4.close();
      if (input.port !== 0 || attempt === FREE_PORT_TRIES) throw toListenError(error, '::1', port);
    }
  }
};
