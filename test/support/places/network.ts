import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunningCli, startCli } from '../cli/start-cli.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** The addresses of the two sides; more may be added to either. */
export const NEAR = '10.77.0.1';
export const FAR = '10.77.0.2';

const UNSHARE = ['--user', '--map-root-user', '--net', '--mount'];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const WITH_PATH = { env: { ...process.env, PATH } };

/** Why this machine cannot make networks of its own; undefined where it can. */
export const whyNoNetworks = (): string | undefined => {
  if (process.platform !== 'linux') return `${process.platform} has no network namespaces`;
  const make = 'ip link add near type veth peer name far && command -v nsenter';
  const { status, error, stderr } = spawnSync('unshare', [...UNSHARE, 'sh', '-c', make], {
    ...WITH_PATH,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr);
};

/** Two sides with a cable between them, and a list of names for the near one, until it is told to end. */
const HOLD = `
set -e
ip link set lo up
unshare --net sleep 1000 & far=$!
trap 'kill $far' EXIT
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add near type veth peer name far
ip link set far netns $far
ip address add ${NEAR}/24 dev near
ip link set near up
nsenter --target $far --net sh -c 'ip link set lo up; ip address add ${FAR}/24 dev far; ip link set far up'
mount --bind "$1" /etc/hosts
echo "$far"
read line || true
`;

/** Passes connections on: `listen` and `connect` are options of Node's own functions. */
const RELAY = `
const net = require('node:net');
const [listen, to] = process.argv.slice(1).map((text) => JSON.parse(text));
const server = net.createServer({ allowHalfOpen: true }, (from) => {
  const target = net.connect({ ...to, allowHalfOpen: true });
  for (const [one, other] of [[from, target], [target, from]]) one.on('error', () => other.destroy()).pipe(other);
});
server.listen(listen, () => console.log(JSON.stringify(server.address())));
`;

/** A machine with a gateway, and what it reaches over a network that can be changed. */
export interface Network {
  /** Runs a program on the near side, where the gateway is. @returns what it prints */
  near(...command: readonly string[]): string;
  /** The same where the provider is. */
  far(...command: readonly string[]): string;
  /** The only names that the near side knows from now on, as in a hosts file. */
  setNames(...lines: readonly string[]): void;
  /** Brings a port of this process to the far side, on all its addresses. @param farPort 0 for any */
  expose(port: number, farPort?: number): Promise<{ readonly port: number; stop(): Promise<void> }>;
  /** Starts the built gateway on the near side. @returns its address for this process, ending in `/v1` */
  startGateway(
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly v1: string; readonly cli: RunningCli }>;
}

const pipeServer = (target: () => Socket): Server =>
  createServer({ allowHalfOpen: true }, (from) => {
    const to = target();
    from.on('error', () => to.destroy()).pipe(to);
    to.on('error', () => from.destroy()).pipe(from);
  });

const listenOn = async (server: Server, where: { path: string } | { port: 0; host: string }) => {
  server.listen(where);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server.address();
};

/** Makes a network that goes when the test has ended. */
export const createNetwork = async (): Promise<Network> => {
  const folder = createTemporaryFolder('network');
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, '');
  const holder = spawn('unshare', [...UNSHARE, 'sh', '-c', HOLD, 'sh', hosts], {
    ...WITH_PATH,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.stdin.end());
  const [line] = await once(holder.stdout, 'data');
  const farPid = Number(String(line));
  const nearSide = enter(holder.pid ?? 0, '--mount');
  const farSide = enter(farPid);
  let sockets = 0;
  const startRelay = async (side: readonly string[], listen: object, to: object) => {
    const [program = '', ...args] = [...side, process.execPath, '-e', RELAY, JSON.stringify(listen)];
    const child = spawn(program, [...args, JSON.stringify(to)], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [address] = await once(child.stdout, 'data');
    return { child, address: JSON.parse(String(address)) as { port: number } };
  };
  const run = (side: readonly string[], command: readonly string[]): string => {
    const [program = '', ...args] = [...side, ...command];
    return execFileSync(program, args, { ...WITH_PATH, encoding: 'utf8' });
  };

  return {
    near: (...command) => run(nearSide, command),
    far: (...command) => run(farSide, command),
    setNames: (...lines) => writeFileSync(hosts, `${lines.join('\n')}\n`),
    expose: async (port, farPort = 0) => {
      const path = join(folder, `${++sockets}`);
      await listenOn(
        pipeServer(() => connect({ port, host: '127.0.0.1', allowHalfOpen: true })),
        { path },
      );
      const { child, address } = await startRelay(farSide, { port: farPort, host: '::' }, { path });
      const stop = async (): Promise<void> => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      };
      return { port: address.port, stop };
    },
    startGateway: async (env) => {
      const dataDir = join(folder, 'data');
      const cli = startCli(['serve', '--json', '--port', '0', '--data-dir', dataDir], env, folder, nearSide);
      onTestFinished(() => void cli.child.kill('SIGKILL'));
      const banner = await cli.until((text) => text.includes('/v1'), 'stderr');
      const port = Number(/:(\d+)\/v1/.exec(banner)?.[1]);
      const path = join(folder, `${++sockets}`);
      await startRelay(nearSide, { path }, { port, host: '127.0.0.1' });
      const server = pipeServer(() => connect({ path, allowHalfOpen: true }));
      const address = await listenOn(server, { port: 0, host: '127.0.0.1' });
      const ownPort = typeof address === 'object' ? address?.port : undefined;
      return { v1: `http://127.0.0.1:${ownPort}/v1`, cli };
    },
  };
};

const enter = (pid: number, ...more: readonly string[]): readonly string[] => [
  ...['nsenter', '--target', String(pid), '--user', '--net', ...more, '--preserve-credentials', '--'],
];
