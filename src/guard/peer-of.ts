import type { IncomingMessage } from 'node:http';

/** The two ends of a client's connection, as far as they matter here. */
export interface Peer {
  readonly address: string;
  /** The port at which it came in. */
  readonly localPort: number;
  /** Set where the client speaks https, to the gateway or to a proxy that it trusts. */
  readonly isSecure?: boolean;
  /** What a trusted proxy in front has taken off the path, such as `/gateway`; absent: nothing. */
  readonly prefix?: string;
}

/** What stands before the paths of the gateway where the client sees them. */
export const prefixOf = (request: IncomingMessage): string => peerOf(request).prefix ?? '';

const told = new WeakMap<IncomingMessage, Peer>();

/** For a request that came by another process: not its own connection counts, but the client's. */
export const setPeer = (request: IncomingMessage, peer: Peer): void => {
  told.set(request, peer);
};

export const peerOf = (request: IncomingMessage): Peer => {
  const { socket } = request;
  const { remoteAddress: address = 'gone', localPort = 0 } = socket;
  return told.get(request) ?? { address, localPort, ...('encrypted' in socket && { isSecure: true }) };
};
