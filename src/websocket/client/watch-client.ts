import type { Duplex } from 'node:stream';

/** Before the handshake is complete, a client has nothing to say; a little is kept nevertheless. */
const MAX_EARLY_BYTES = 64 * 1024;

export interface ClientWatch {
  /** Aborted when the client has left. */
  readonly left: AbortSignal;
  /** Ends the watch. @returns what the client has said meanwhile */
  stop(): Buffer;
}

/** Sees a client leave while its upgrade is not answered yet: that shows only where its socket is read. */
export const watchClient = (socket: Duplex): ClientWatch => {
  const left = new AbortController();
  const early: Buffer[] = [];
  let bytes = 0;
  const leave = (): void => {
    left.abort();
    socket.destroy();
  };
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) leave();
  };
  socket.on('data', onData).once('end', leave).once('close', leave);
  return {
    left: left.signal,
    stop: () => {
      socket.pause();
      socket.off('data', onData).off('end', leave).off('close', leave);
      return Buffer.concat(early, bytes);
    },
  };
};
