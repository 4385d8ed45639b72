import type { Request, RequestHandler } from 'express';
import { decodeBody } from '../coding/decode-body.ts';

/**
 * Undoes the content codings of a body that was read: the one place that does, before everything that
 * looks into a body. The log keeps a zstd body as it came, since that is already small.
 */
export const decompress = (limits: { readonly maxBytes: number }): RequestHandler => {
  const undo = async ({ context }: Request, bytes: Buffer): Promise<void> => {
    const { codings, exchange } = context;
    const decoded = await decodeBody(bytes, codings, limits);
    exchange.record.request.bodyBytes = decoded.length;
    if (codings.length === 1 && codings[0] === 'zstd') exchange.keepRequestBody(bytes, 'zstd', decoded);
    else exchange.keepRequestBody(decoded, 'identity');
    context.body = { kind: 'buffered', bytes: decoded };
  };
  // Not async as a whole: a request without a coding does not wait for a turn of its own.
  return (request, _response, next) => {
    const { body, codings, exchange } = request.context;
    if (body.kind === 'buffered' && codings.length > 0) return undo(request, body.bytes).then(next);
    if (body.kind === 'buffered') {
      exchange.record.request.bodyBytes = body.bytes.length;
      exchange.keepRequestBody(body.bytes, 'identity');
    }
    next();
  };
};
