import type { IncomingMessage } from 'node:http';
import { OAuthError } from './oauth-error.ts';

const MAX_BYTES = 32 * 1024;
const MAX_FIELDS = 50;

/** Fields by name; one that was sent twice is refused (RFC 6749 §3.2). */
export type Fields = ReadonlyMap<string, string>;

/** @throws OAuthError invalid_request where a field comes twice, or there are too many */
export const fieldsOf = (parameters: URLSearchParams): Fields => {
  const fields = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (fields.has(name)) {
      throw new OAuthError('invalid_request', `the parameter ${name.slice(0, 50)} came twice.`);
    }
    if (fields.size >= MAX_FIELDS) {
      throw new OAuthError('invalid_request', `there are more than ${MAX_FIELDS} parameters.`);
    }
    fields.set(name, value);
  }
  return fields;
};

/**
 * Reads a form sent by a program, or by one of the gateway's own pages.
 * @throws OAuthError invalid_request
 */
export const readForm = async (request: IncomingMessage): Promise<Fields> => {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded.');
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new OAuthError('invalid_request', `the body has more than ${MAX_BYTES} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  return fieldsOf(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
};
