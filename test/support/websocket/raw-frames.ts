import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawFrame {
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
  /** The three reserved bits, RSV1 the highest: 4 says compressed. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the frame says of its length, where that is not the truth. */
  readonly claimedBytes?: number;
}

/** The bytes of one frame, right or wrong. @see RFC 6455 §5.2 */
export const encodeFrame = (frame: RawFrame): Buffer => {
  const { opcode, payload, fin = true, reserved = 0, isMasked = true, claimedBytes = payload.length } = frame;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = isMasked ? 0x80 : 0;
  let head: Buffer;
  if (claimedBytes < 126) head = Buffer.from([first, maskBit | claimedBytes]);
  else if (claimedBytes < 65_536) {
    head = Buffer.from([first, maskBit | 126, claimedBytes >> 8, claimedBytes & 0xff]);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(BigInt(claimedBytes), 2);
  }
  if (!isMasked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([head, mask, masked]);
};

/** A connection after its handshake, spoken to in bytes. */
export interface RawWebSocket {
  write(bytes: Buffer): void;
  /** What has come, frame by frame; the server's frames are not masked. */
  frames(): { readonly opcode: number; readonly payload: Buffer }[];
  /** The code of the close frame; undefined where the connection ended without one. */
  readonly closeCode: Promise<number | undefined>;
  /** Resolves when something has come, or the connection has ended. */
  more(): Promise<void>;
  readonly isEnded: boolean;
  destroy(): void;
}

const decodeFrames = (bytes: Buffer): { opcode: number; payload: Buffer }[] => {
  const frames: { opcode: number; payload: Buffer }[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (bytes.length < start + 2) break;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      if (bytes.length < start + 8) break;
      length = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    if (start + length > bytes.length) break;
    frames.push({ opcode, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
};

/** Opens a WebSocket connection to the gateway without any help of a library. */
export const openWebSocket = async (port: number, extension?: string): Promise<RawWebSocket> => {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  let received = Buffer.alloc(0);
  let isEnded = false;
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const more = (): Promise<void> =>
    new Promise((resolve) => {
      if (isEnded) resolve();
      else waiting.push(resolve);
    });
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isEnded = true;
    wake();
  });
  const offer = extension ? `sec-websocket-extensions: ${extension}\r\n` : '';
  socket.write(
    `GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n${offer}\r\n`,
  );
  let headEnd = -1;
  while (headEnd === -1 && !isEnded) {
    await more();
    headEnd = received.indexOf('\r\n\r\n');
  }
  if (!received.toString('latin1', 0, 12).endsWith(' 101')) throw new Error(received.toString('latin1'));
  received = received.subarray(headEnd + 4);

  const frames = (): { opcode: number; payload: Buffer }[] => decodeFrames(received);
  const closeFrame = (): { payload: Buffer } | undefined => frames().find(({ opcode }) => opcode === 8);
  const waitForClose = async (): Promise<number | undefined> => {
    while (!isEnded && !closeFrame()) await more();
    const found = closeFrame();
    return found && found.payload.length >= 2 ? found.payload.readUInt16BE(0) : undefined;
  };
  const closeCode = waitForClose();
  return {
    write: (bytes) => void socket.write(bytes),
    frames,
    closeCode,
    more,
    get isEnded() {
      return isEnded;
    },
    destroy: () => void socket.destroy(),
  };
};
