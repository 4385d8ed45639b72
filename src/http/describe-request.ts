import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';
import { type ByteRange, readString, scanMembers } from '../json/scan-members.ts';
import type { ExchangeRecord } from '../log/record.ts';

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

const startsWith = (bytes: Buffer, magic: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);

const explain = (bytes: Buffer, cause: unknown): string => {
  const coding = startsWith(bytes, ZSTD_MAGIC) ? 'zstd' : startsWith(bytes, GZIP_MAGIC) ? 'gzip' : undefined;
  if (coding) {
    return `the body is compressed with ${coding}, but no Content-Encoding says so: something between the client and the gateway removed that header.`;
  }
  const reason = cause instanceof Error ? cause.message.replace(/, ".*/s, '') : 'unknown';
  return `the body is not JSON (${reason}; ${bytes.length} bytes). Nothing was sent to the upstream.`;
};

/** The scan only counts brackets and quotes; a body is refused on the word of the real parser alone. */
const refuseInvalidJson = (bytes: Buffer): void => {
  try {
    JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new GatewayError('invalid_json', explain(bytes, cause), { cause });
  }
};

const describe = (
  record: ExchangeRecord,
  bytes: Buffer,
  members: ReadonlyMap<string, ByteRange>,
  model: string | undefined,
): void => {
  if (model !== undefined) {
    record.model = model.slice(0, 200);
    record.requestedModel = record.model;
  }
  const stream = members.get('stream');
  if (stream) record.stream = bytes.toString('latin1', stream.start, stream.end) === 'true';
  const previous = readString(bytes, members.get('previous_response_id'));
  if (previous !== undefined) record.previousResponseId = previous.slice(0, 200);
};

/** Reads from a JSON body what it says of the request, for the record and the routing; refuses a body that is no JSON. */
export const describeRequest = (): RequestHandler => (request, _response, next) => {
  const { context } = request;
  const { body, exchange } = context;
  const isJson = /\bjson\b/i.test(request.headers['content-type'] ?? '');
  if (body.kind === 'buffered' && isJson && body.bytes.length > 0) {
    const members = scanMembers(body.bytes);
    if (members) {
      context.members = members;
      const model = readString(body.bytes, members.get('model'));
      context.model = model;
      describe(exchange.record, body.bytes, members, model);
    } else refuseInvalidJson(body.bytes);
  }
  next();
};
