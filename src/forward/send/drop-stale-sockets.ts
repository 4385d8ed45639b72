import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { systemClock } from '../../base/clock.ts';
import { isLoopbackHost } from '../../config/own-address.ts';
import { MAX_IDLE_MS } from './connection-options.ts';

/** Wall and monotonic time differ by more than this only where the machine slept, or its clock was set. */
const MAX_CLOCK_JUMP_MS = 5_000;

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

const plainAddress = (address: string): string => address.replace(/^::ffff:/i, '').split('%', 1)[0] ?? '';

/** @returns undefined where the system does not tell, as on Android */
const ownAddresses = (): ReadonlySet<string> | undefined => {
  try {
    const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
    return new Set(all.map(({ address }) => plainAddress(address)));
  } catch {
    return undefined;
  }
};

/**
 * Whether the address that a connection was made from is this machine's no more: after a change of network the
 * connection looks open, and what is sent over it is lost without a word.
 */
export const hasLostAddress = ({ localAddress }: Pick<Socket, 'localAddress'>): boolean => {
  if (localAddress === undefined || isLoopbackHost(plainAddress(localAddress))) return false;
  // Asked of the system each time: 40 µs, and only for connections that leave this machine.
  return ownAddresses()?.has(plainAddress(localAddress)) === false;
};

const now = (): Moment => ({ wallMs: systemClock.now(), monotonicMs: systemClock.monotonic() });

/** Whether the machine slept since, so that the other end may have given the connection up. */
const hasSleptSince = (freed: Moment): boolean => {
  const { wallMs, monotonicMs } = now();
  const wall = wallMs - freed.wallMs;
  return wall > MAX_IDLE_MS || Math.abs(wall - (monotonicMs - freed.monotonicMs)) > MAX_CLOCK_JUMP_MS;
};

/** `addRequest` is what Node calls to give a request a connection, kept or new; its types leave it out. */
type WithAddRequest = Agent & { addRequest: (...request: readonly unknown[]) => unknown };

const hasAddRequest = (agent: Agent): agent is WithAddRequest =>
  'addRequest' in agent && typeof agent.addRequest === 'function';

/**
 * Lets an agent reuse a kept connection only where it can still work: a model request that was sent over a dead
 * one must not be sent again, and would hang until its limit.
 */
export const dropStaleSockets = <Kind extends Agent>(agent: Kind): Kind => {
  const freedAt = new WeakMap<Socket, Moment>();
  agent.on('free', (socket: Socket) => freedAt.set(socket, now()));
  const drop = (): void => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => [...sockets])) {
      const freed = freedAt.get(socket);
      if (!hasLostAddress(socket) && !(freed && hasSleptSince(freed))) continue;
      // Destroyed first: the agent takes only those out of its free ones.
      socket.destroy();
      socket.emit('agentRemove');
    }
  };
  if (hasAddRequest(agent)) {
    const addRequest = agent.addRequest.bind(agent);
    agent.addRequest = (...request) => {
      drop();
      return addRequest(...request);
    };
  }
  return agent;
};
