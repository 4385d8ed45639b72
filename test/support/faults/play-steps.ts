import type { Socket } from 'node:net';
import type { Scene } from './scene.ts';
import type { Side } from './side.ts';
import { hasLeft, playWebSocketStep, type WebSocketStep } from './websocket-steps.ts';

/** One deed of a scripted client or upstream, on its raw connection. */
export type Step =
  /** `pieceBytes`: each piece is a write, and a packet, of its own. */
  | { readonly send: string | Buffer; readonly pieceBytes?: number }
  /** Tells the other side. */
  | { readonly mark: string }
  /** Waits for the other side's mark. */
  | { readonly after: string }
  /** Waits until this has come over this connection. */
  | { readonly received: string }
  /** Waits until the client has received this. */
  | { readonly clientHas: string }
  /** Sees that the gateway holds this side back: that it has not taken so much of what was sent. */
  | { readonly unsentBytes: number }
  /** Waits so long: only where a silence itself is the fault. */
  | { readonly silentMs: number }
  | 'reset'
  /** Says that no more comes, and still reads. */
  | 'end'
  /** Waits until the gateway has left this connection, and leaves it too. */
  | 'left'
  | 'stop reading'
  | 'read on'
  | WebSocketStep;

const toBytes = (sent: string | Buffer): Buffer => (typeof sent === 'string' ? Buffer.from(sent) : sent);

const sendPieces = async (socket: Socket, bytes: Buffer, pieceBytes: number): Promise<void> => {
  for (let start = 0; start < bytes.length && !socket.destroyed; start += pieceBytes) {
    socket.write(bytes.subarray(start, start + pieceBytes));
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const playStep = async (side: Side, step: Step, scene: Scene): Promise<void> => {
  const { socket, name } = side;
  if (step === 'reset') {
    socket.resetAndDestroy();
  } else if (step === 'end') {
    socket.end();
  } else if (step === 'left') {
    await scene.until(`the gateway to leave the ${name}`, () => hasLeft(side));
    socket.destroy();
  } else if (step === 'stop reading') {
    socket.pause();
  } else if (step === 'read on') {
    socket.resume();
  } else if (step === 'close back' || step === 'agreed' || 'accept' in step || 'messages' in step) {
    await playWebSocketStep(side, step, scene);
  } else if ('send' in step) {
    const bytes = toBytes(step.send);
    if (step.pieceBytes === undefined) socket.write(bytes);
    else await sendPieces(socket, bytes, step.pieceBytes);
  } else if ('mark' in step) {
    scene.mark(step.mark);
  } else if ('after' in step) {
    await scene.until(`"${step.after}" (${name})`, () => scene.marks.has(step.after));
  } else if ('received' in step) {
    await scene.until(`the ${name} to receive "${step.received}"`, () =>
      side.received().includes(step.received),
    );
  } else if ('clientHas' in step) {
    await scene.until(`the client to receive "${step.clientHas}"`, () =>
      scene.clientHas.includes(step.clientHas),
    );
  } else if ('unsentBytes' in step) {
    if (socket.writableLength < step.unsentBytes) {
      throw new Error(`the gateway took all but ${socket.writableLength} bytes of the ${name}`);
    }
  } else {
    await new Promise((resolve) => setTimeout(resolve, step.silentMs));
  }
};

/** Does what the script says, one step after another. */
export const playSteps = async (side: Side, steps: readonly Step[], scene: Scene): Promise<void> => {
  for (const step of steps) await playStep(side, step, scene);
};
