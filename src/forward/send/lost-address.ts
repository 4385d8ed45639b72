import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopbackHost } from '../../config/own-address.ts';

const plainAddress = (address: string): string => address.replace(/^::ffff:/i, '').split('%', 1)[0] ?? '';

/** @returns this machine's addresses; undefined if the system does not tell, as on Android */
export const ownAddresses = (): ReadonlySet<string> | undefined => {
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
 * @param own asked of the system where it is absent: 40 µs, and only for connections that leave this machine
 */
export const hasLostAddress = (
  { localAddress }: Pick<Socket, 'localAddress'>,
  own?: ReadonlySet<string>,
): boolean => {
  if (localAddress === undefined || isLoopbackHost(plainAddress(localAddress))) return false;
  return (own ?? ownAddresses())?.has(plainAddress(localAddress)) === false;
};
