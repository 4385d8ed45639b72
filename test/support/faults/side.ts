import type { Socket } from 'node:net';
import type { FrameReader } from './read-frames.ts';

/** One end of a raw connection. */
export interface Side {
  readonly name: 'client' | 'upstream';
  readonly socket: Socket;
  /** All that has come, as Latin-1 text. */
  received(): string;
  readonly frames: FrameReader;
}
