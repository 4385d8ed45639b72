import type { Request, RequestHandler, Response } from 'express';
import type { BodyBudget } from '../coding/body-budget.ts';
import { boundDecoded } from '../coding/bound-decoded.ts';
import { decodeBody } from '../coding/decode-body.ts';

export interface DecompressOptions {
  /** Bound of the decoded body. */
  readonly maxBytes: number;
  readonly budget: BodyBudget;
}

/**
 * Undoes the content codings of a body that was read: the one place that does, before everything that
 * looks into a body. The log keeps a zstd body as received, since that is already small.
 */
export const decompress = ({ maxBytes, budget }: DecompressOptions): RequestHandler => {
  /** @returns false where the client has left meanwhile */
  const undo = async ({ context }: Request, response: Response, bytes: Buffer): Promise<boolean> => {
    const { codings, exchange, room = budget.open() } = context;
    await room.resize(bytes.length + boundDecoded(bytes, codings, maxBytes));
    if (response.closed) return false;
    // The decoder writes on when the client has left: its memory is free only when it has ended.
    context.room = undefined;
    let decoded: Buffer;
    try {
      decoded = await decodeBody(bytes, codings, { maxBytes, isWanted: () => !response.closed });
    } catch (error) {
      room.release();
      throw error;
    }
    if (response.closed) {
      room.release();
      return false;
    }
    room.tryResize(decoded.length);
    context.room = room;
    exchange.record.request.bodyBytes = decoded.length;
    if (codings.length === 1 && codings[0] === 'zstd') exchange.keepRequestBody(bytes, 'zstd', decoded);
    else exchange.keepRequestBody(decoded, 'identity');
    context.body = { kind: 'buffered', bytes: decoded };
    return true;
  };
  // Not async as a whole: a request without a coding does not wait for another turn of the event loop.
  return (request, response, next) => {
    const { body, codings, exchange } = request.context;
    if (body.kind === 'buffered' && codings.length > 0) {
      return undo(request, response, body.bytes).then((isThere) => {
        if (isThere) next();
      });
    }
    if (body.kind === 'buffered') {
      exchange.record.request.bodyBytes = body.bytes.length;
      exchange.keepRequestBody(body.bytes, 'identity');
    }
    next();
  };
};
