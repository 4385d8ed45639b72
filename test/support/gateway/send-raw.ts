import { connect, type Socket } from 'node:net';

/** Opens a connection and writes bytes as they are: for what no HTTP client would send. */
export const openRaw = (port: number, bytes: string | Buffer): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(bytes);
      resolve(socket);
    });
    socket.once('error', reject);
  });

/** Reads what a connection still says until its other side ends it. */
export const readToEnd = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
