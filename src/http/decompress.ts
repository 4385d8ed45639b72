import type { RequestHandler } from 'express';
import { decodeBody } from '../coding/decode-body.ts';

/**
 * Undoes the content codings of a body that was read: the one place that does, before everything that
 * looks into a body. The log keeps a zstd body as it came, since that is already small.
 */
export const decompress =
  (limits: { readonly maxBytes: number }): RequestHandler =>
  async (request, _response, next) => {
    const { context } = request;
    const { body, codings, exchange } = context;
    if (body.kind === 'buffered') {
      const bytes = codings.length === 0 ? body.bytes : await decodeBody(body.bytes, codings, limits);
      exchange.record.request.bodyBytes = bytes.length;
      if (codings.length === 1 && codings[0] === 'zstd') exchange.keepRequestBody(body.bytes, 'zstd', bytes);
      else exchange.keepRequestBody(bytes, 'identity');
      context.body = { kind: 'buffered', bytes };
    }
    next();
  };
