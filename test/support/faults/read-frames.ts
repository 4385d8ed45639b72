/** What one end of a connection says in WebSocket frames, once its HTTP head is over. @see RFC 6455 §5.2 */
export interface FrameReader {
  push(chunk: Buffer): void;
  /** Texts and bytes alike, those in several frames put together. */
  readonly messages: readonly Buffer[];
  /** 1005 where the close frame has none; undefined: there was no close frame. */
  readonly closeCode: number | undefined;
}

interface Header {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly mask: Buffer | undefined;
  readonly payloadBytes: number;
  readonly bytes: number;
}

const END_OF_HEAD = '\r\n\r\n';
const SPEAKS_WEBSOCKET = /^HTTP\/1\.1 101|^GET [\s\S]*\r\nupgrade: *websocket/i;
const [CLOSE, PING] = [8, 9];
/** From here on frames are about the connection, and not in messages. */
const CONTROL = 8;
const NO_CODE = 1005;

const readHeader = (bytes: Buffer): Header | undefined => {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskBytes = second & 0x80 ? 4 : 0;
  const length = 2 + lengthBytes + maskBytes;
  if (bytes.length < length) return undefined;
  const long = lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes && bytes.readUInt16BE(2);
  return {
    opcode: first & 0x0f,
    isLast: (first & 0x80) !== 0,
    mask: maskBytes ? bytes.subarray(length - 4, length) : undefined,
    payloadBytes: lengthBytes ? long : short,
    bytes: length,
  };
};

const unmask = (payload: Buffer, mask: Buffer | undefined): Buffer =>
  mask ? Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))) : payload;

/** Reads frames as they come, without going over what has come before. */
export const createFrameReader = (onPing: (payload: Buffer) => void = () => {}): FrameReader => {
  const messages: Buffer[] = [];
  let closeCode: number | undefined;
  let state: 'head' | 'frames' | 'something else' = 'head';
  let waiting = Buffer.alloc(0);
  let header: Header | undefined;
  let pieces: Buffer[] = [];
  let missing = 0;
  let begun: Buffer[] = [];

  const take = ({ opcode, isLast, mask }: Header, payload: Buffer): void => {
    const plain = unmask(payload, mask);
    if (opcode === CLOSE) closeCode = plain.length >= 2 ? plain.readUInt16BE(0) : NO_CODE;
    if (opcode === PING) onPing(plain);
    if (opcode >= CONTROL) return;
    begun.push(plain);
    if (!isLast) return;
    messages.push(Buffer.concat(begun));
    begun = [];
  };

  const readFrames = (chunk: Buffer): void => {
    let bytes = chunk;
    for (;;) {
      if (!header) {
        waiting = Buffer.concat([waiting, bytes]);
        header = readHeader(waiting);
        if (!header) return;
        bytes = waiting.subarray(header.bytes);
        waiting = Buffer.alloc(0);
        missing = header.payloadBytes;
      }
      const piece = bytes.subarray(0, missing);
      pieces.push(piece);
      missing -= piece.length;
      bytes = bytes.subarray(piece.length);
      if (missing > 0) return;
      take(header, Buffer.concat(pieces));
      header = undefined;
      pieces = [];
    }
  };

  return {
    messages,
    get closeCode() {
      return closeCode;
    },
    push: (chunk) => {
      if (state === 'frames') readFrames(chunk);
      if (state !== 'head') return;
      waiting = Buffer.concat([waiting, chunk]);
      const headEnd = waiting.indexOf(END_OF_HEAD);
      if (headEnd < 0) return;
      const head = waiting.toString('latin1', 0, headEnd);
      const rest = waiting.subarray(headEnd + END_OF_HEAD.length);
      waiting = Buffer.alloc(0);
      state = SPEAKS_WEBSOCKET.test(head) ? 'frames' : 'something else';
      if (state === 'frames') readFrames(rest);
    },
  };
};
