import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { formatByteSize } from '../base/bytes.ts';
import { GatewayError } from '../base/errors.ts';
import type { BodyBudget, Room } from '../coding/body-budget.ts';
import { type Coding, parseContentCodings } from '../coding/parse-content-codings.ts';
import type { AcceptFirst } from './accept-first.ts';
import { refuse } from './failure.ts';
import { type GatherOptions, gather } from './gather.ts';

export interface ReadBodyOptions {
  /** Bound of the decoded body, and so of the body on the wire. */
  readonly maxBytes: number;
  /** How long a client may stay silent in the middle of its body. */
  readonly idleTimeoutMs: number;
  readonly budget: BodyBudget;
  readonly arrivals: Pick<AcceptFirst, 'goOn'>;
}

const tooLarge = (maxBytes: number): GatewayError =>
  new GatewayError(
    'request_too_large',
    `the request body is larger than ${formatByteSize(maxBytes)}. Start a new session or compact this one, or raise BODY_SIZE_LIMIT.`,
  );

const stoppedSending = (afterBytes: number, idleTimeoutMs: number): GatewayError =>
  new GatewayError(
    'request_timeout',
    `the client stopped sending after ${afterBytes} bytes of its body: ${idleTimeoutMs / 1000} s of silence.`,
  );

/** Ends an upload that streams through where its client, and not the upstream, holds it up. */
const watchUpload = (
  request: IncomingMessage,
  idleTimeoutMs: number,
  onSilence: (error: GatewayError) => void,
): void => {
  let length = 0;
  const timer = setTimeout(() => {
    if (request.isPaused()) timer.refresh();
    else onSilence(stoppedSending(length, idleTimeoutMs));
  }, idleTimeoutMs);
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    timer.refresh();
  });
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
};

/** Uploads pass through as they come; what Codex sends is read whole, so that it can be decoded and told. */
const streamsThrough = (request: IncomingMessage, codings: readonly Coding[]): boolean => {
  if (codings.length > 0 || !['POST', 'PUT', 'PATCH'].includes(request.method ?? '')) return false;
  return /^\s*(?:multipart\/|audio\/|video\/|image\/|application\/octet-stream)/i.test(
    request.headers['content-type'] ?? '',
  );
};

const hasBody = ({ headers, method = '' }: IncomingMessage, codings: readonly Coding[]): boolean =>
  headers['transfer-encoding'] !== undefined ||
  Number(headers['content-length'] ?? 0) > 0 ||
  // Nothing at all is no zstd frame: whoever says that it is coded meant to send something.
  (codings.length > 0 && method !== 'GET' && method !== 'HEAD');

/**
 * Reads a request's body whole; nothing is called where the client leaves before its end.
 * @param settle.onRefused gets request_too_large, request_timeout, overloaded
 */
const collect = (
  request: IncomingMessage,
  room: Room,
  { maxBytes, idleTimeoutMs }: Pick<ReadBodyOptions, 'maxBytes' | 'idleTimeoutMs'>,
  settle: Pick<GatherOptions, 'onGathered' | 'onRefused'>,
): void => {
  const gathering = gather(request, room, {
    ...settle,
    isEnough: (_chunk, length) => {
      if (length > maxBytes) throw tooLarge(maxBytes);
      timer.refresh();
      return false;
    },
    onStopped: () => clearTimeout(timer),
  });
  const timer = setTimeout(() => {
    if (request.isPaused()) timer.refresh();
    else gathering.refuse(stoppedSending(gathering.length(), idleTimeoutMs));
  }, idleTimeoutMs);
};

/** Reads the body into memory within its bounds, unless it is an upload that streams through. */
export const readBody =
  (options: ReadBodyOptions): RequestHandler =>
  (request, response, next) => {
    const { context } = request;
    const { record } = context.exchange;
    const contentEncoding = request.headers['content-encoding'];
    context.codings = parseContentCodings(contentEncoding);
    if (contentEncoding !== undefined && context.codings.length > 0) {
      record.request.encoding = context.codings.join(', ');
    }
    if (!hasBody(request, context.codings)) {
      next();
      return;
    }
    if (streamsThrough(request, context.codings)) {
      context.body = { kind: 'stream' };
      request.on('data', (chunk: Buffer) => {
        record.request.wireBytes = (record.request.wireBytes ?? 0) + chunk.length;
      });
      watchUpload(request, options.idleTimeoutMs, (error) => refuse(request, response, error));
      request.pause();
      next();
      return;
    }
    if (Number(request.headers['content-length'] ?? 0) > options.maxBytes) throw tooLarge(options.maxBytes);
    context.stopwatch.stop();
    const room = options.budget.open();
    context.room = room;
    collect(request, room, options, {
      onGathered: (bytes) => {
        record.request.wireBytes = bytes.length;
        context.body = { kind: 'buffered', bytes };
        options.arrivals.goOn(request.socket, () => {
          context.stopwatch.start();
          next();
        });
      },
      onRefused: next,
    });
  };
