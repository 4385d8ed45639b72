import type { Socket } from 'node:net';
import { GatewayError } from '../../base/errors.ts';
import { hasLostAddress, ownAddresses } from './lost-address.ts';

const LOOK_EVERY_MS = 2_000;

/**
 * After a change of Wi-Fi, or when a machine wakes, the same address often comes back within seconds, and the
 * connection with it.
 */
const MAX_MISSED_LOOKS = 5;

/** Connections to upstreams, and whether their addresses are still this machine's. */
export interface AddressWatch {
  /** Ends the connection some seconds after its address has gone, with an error that says so. */
  watch(socket: Socket): void;
  /** Whether its address has been gone at any time: it may be used on, but not for a new request. */
  hasMissed(socket: Socket): boolean;
}

const networkChanged = ({ localAddress }: Socket, host: string): GatewayError =>
  new GatewayError(
    'upstream_unreachable',
    `the network of this machine has changed: ${localAddress}, from which the connection to ${host} was made, is no longer its address. Try again.`,
  );

/** @param host of the upstream, for the error */
export const createAddressWatch = (host: string, lookEveryMs = LOOK_EVERY_MS): AddressWatch => {
  /** How often in a row the address of each was missing. */
  const missedLooks = new Map<Socket, number>();
  const hasMissed = new WeakSet<Socket>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const own = ownAddresses();
    if (own === undefined) return;
    for (const [socket, before] of missedLooks) {
      const missed = hasLostAddress(socket, own) ? before + 1 : 0;
      missedLooks.set(socket, missed);
      if (missed > 0) hasMissed.add(socket);
      if (missed >= MAX_MISSED_LOOKS) socket.destroy(networkChanged(socket, host));
    }
  };
  const forget = (socket: Socket): void => {
    missedLooks.delete(socket);
    if (missedLooks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch: (socket) => {
      if (missedLooks.has(socket) || socket.destroyed) return;
      missedLooks.set(socket, 0);
      socket.once('close', () => forget(socket));
      timer ??= setInterval(look, lookEveryMs).unref();
    },
    hasMissed: (socket) => hasMissed.has(socket),
  };
};
