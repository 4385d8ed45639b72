import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '../../base/time/clock.ts';
import { MAX_IDLE_MS } from './connection-options.ts';
import { hasLostAddress } from './lost-address.ts';
import { createAddressWatch } from './watch-addresses.ts';
import { watchSilence } from './watch-silence.ts';

/** Wall and monotonic time differ by more than this only where the machine slept, or its clock was set. */
const MAX_CLOCK_JUMP_MS = 5_000;

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

const now = (): Moment => ({ wallMs: systemClock.now(), monotonicMs: systemClock.monotonic() });

/** Whether the machine slept since, so that the other end may have given the connection up. */
const hasSleptSince = (freed: Moment): boolean => {
  const { wallMs, monotonicMs } = now();
  const wall = wallMs - freed.wallMs;
  return wall > MAX_IDLE_MS || Math.abs(wall - (monotonicMs - freed.monotonicMs)) > MAX_CLOCK_JUMP_MS;
};

/** `addRequest` is what Node calls to give a request a connection, kept or new; its types leave it out. */
type WithAddRequest = Agent & {
  addRequest: (request: ClientRequest, ...rest: readonly unknown[]) => unknown;
};

const hasAddRequest = (agent: Agent): agent is WithAddRequest =>
  'addRequest' in agent && typeof agent.addRequest === 'function';

/**
 * Lets an agent reuse a kept connection only where it can still work: a model request that was sent over a dead
 * one must not be sent again, and would hang until its limit. What runs over one that dies is ended.
 * @param host of the upstream
 */
export const dropStaleSockets = <Kind extends Agent>(agent: Kind, host: string): Kind => {
  const freedAt = new WeakMap<Socket, Moment>();
  const addresses = createAddressWatch(host);
  agent.on('free', (socket: Socket) => freedAt.set(socket, now()));
  const isStale = (socket: Socket): boolean => {
    const freed = freedAt.get(socket);
    return (
      addresses.hasMissed(socket) || hasLostAddress(socket) || (freed !== undefined && hasSleptSince(freed))
    );
  };
  /** Looks at connections in the order in which they would be taken, up to the first that can be. */
  const drop = (): void => {
    for (const kept of Object.values(agent.freeSockets)) {
      const next = kept?.at(-1);
      if (!kept || !next || !isStale(next)) continue;
      // A copy: the agent takes them out of the list.
      for (const socket of kept.toReversed()) {
        if (!isStale(socket)) break;
        // Destroyed first: the agent removes only destroyed ones.
        socket.destroy();
        socket.emit('agentRemove');
      }
    }
  };
  if (hasAddRequest(agent)) {
    const addRequest = agent.addRequest.bind(agent);
    agent.addRequest = (request, ...rest) => {
      drop();
      request.once('socket', (socket) => {
        addresses.watch(socket);
        watchSilence(request, socket, host);
      });
      return addRequest(request, ...rest);
    };
  }
  return agent;
};
