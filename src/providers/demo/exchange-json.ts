import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_BODY_BYTES = 2 ** 29;

/** Answers with a JSON body; `HEAD` gets its headers alone. */
export const sendJson = (response: ServerResponse, status: number, body: object): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
};

/** Answers with OpenAI's error envelope. */
export const sendError = (response: ServerResponse, status: number, code: string, message: string): void =>
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });

/**
 * Reads a whole body.
 * @returns undefined above 512 MiB
 * @throws where the client breaks off
 */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
};

/** The value of a JSON text, in a box, since `null` is a value too; undefined if it is not JSON. */
export const parseJson = (bytes: Buffer): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    return undefined;
  }
};
