import { createHash } from 'node:crypto';
import { encodeFrame } from '../websocket/raw-frames.ts';
import type { Scene } from './scene.ts';
import type { Side } from './side.ts';

/** A deed on a connection that speaks WebSocket. */
export type WebSocketStep =
  /** Takes the request for an upgrade, and says this in the packet of its 101. */
  | { readonly accept: readonly Buffer[] }
  /** Waits until so many messages have come over this connection. */
  | { readonly messages: number }
  /** Waits until the gateway closes this connection, agrees and leaves; or until it has left. */
  | 'close back'
  /** Has closed this connection itself: waits until the gateway agrees, and leaves. */
  | 'agreed';

/** @see RFC 6455 §1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const switchingProtocols = (asked: string): Buffer => {
  const key = [...asked.matchAll(/\r\nsec-websocket-key: *(\S+)/gi)].at(-1)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  const lines = ['connection: upgrade', 'upgrade: websocket', `sec-websocket-accept: ${accept}`];
  return Buffer.from(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
};

/** The frame that closes a connection. */
export const closeFrame = (code: number, isMasked: boolean): Buffer => {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return encodeFrame({ opcode: 8, payload, isMasked });
};

/** Whether the gateway has left this connection. */
export const hasLeft = ({ socket }: Side): boolean =>
  socket.destroyed || socket.readableEnded || socket.errored !== null;

const close = async (side: Side, agrees: boolean, scene: Scene): Promise<void> => {
  const { socket, name, frames } = side;
  await scene.until(
    `the gateway to close the WebSocket connection of the ${name}`,
    () => frames.closeCode !== undefined || hasLeft(side),
  );
  if (agrees && frames.closeCode !== undefined) socket.write(closeFrame(frames.closeCode, name === 'client'));
  // It is the server that ends the connection below. (RFC 6455 §7.1.1)
  if (name === 'upstream') socket.end();
  await scene.until(`the gateway to leave the ${name}`, () => hasLeft(side));
  socket.destroy();
};

export const playWebSocketStep = async (side: Side, step: WebSocketStep, scene: Scene): Promise<void> => {
  if (step === 'close back' || step === 'agreed') await close(side, step === 'close back', scene);
  else if ('accept' in step) {
    side.socket.write(Buffer.concat([switchingProtocols(side.received()), ...step.accept]));
  } else {
    await scene.until(
      `${step.messages} messages at the ${side.name}`,
      () => side.frames.messages.length >= step.messages,
    );
  }
};
