import type { IncomingMessage } from 'node:http';
import type { GatewayError } from '../base/errors.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { Room } from '../coding/body-budget.ts';
import { ChunkList } from './chunk-list.ts';

export interface GatherOptions {
  /**
   * Called with each piece as it comes, and with the bytes of all so far.
   * @returns whether they are enough: the rest stays unread
   * @throws GatewayError that refuses the request
   */
  isEnough(chunk: Buffer, length: number): boolean;
  /** @param bytes the raw body, or its beginning where `isEnough` stopped the reading */
  onGathered(bytes: Buffer): void;
  /** @param error of `isEnough`, of `refuse`, or overloaded */
  onRefused(error: GatewayError): void;
  /** Called once, before either of them, and where the client leaves. */
  onStopped?(): void;
}

export interface Gathering {
  /** How many bytes have come so far. */
  length(): number;
  refuse(error: GatewayError): void;
}

/**
 * Reads what a client sends into memory. While other bodies take up all of it the client is held back, for as
 * long as the room waits. Neither `onGathered` nor `onRefused` is called where the client leaves before its end.
 */
export const gather = (
  request: IncomingMessage,
  room: Room,
  { isEnough, onGathered, onRefused, onStopped }: GatherOptions,
): Gathering => {
  const chunks = new ChunkList();
  const stop = (): void => {
    request.off('data', onData).off('end', finish).off('close', stop).off('error', stop);
    onStopped?.();
  };
  const refuse = (error: unknown): void => {
    stop();
    room.release();
    onRefused(toGatewayError(error));
  };
  const finish = (): void => {
    stop();
    const bytes = chunks.join();
    room.tryResize(bytes.length);
    onGathered(bytes);
  };
  const waitForRoom = async (): Promise<void> => {
    request.pause();
    try {
      await room.resize(chunks.memoryBytes);
      request.resume();
    } catch (error) {
      refuse(error);
    }
  };
  const onData = (chunk: Buffer): void => {
    chunks.add(chunk);
    try {
      if (isEnough(chunk, chunks.length)) {
        request.pause();
        finish();
      } else if (!room.tryResize(chunks.memoryBytes)) void waitForRoom();
    } catch (error) {
      refuse(error);
    }
  };
  request.on('data', onData).on('end', finish).on('close', stop).on('error', stop);
  request.resume();
  return { refuse, length: () => chunks.length };
};
