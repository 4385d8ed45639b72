import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';

const MAX_BYTES = 16 * 1024;

/**
 * The JSON object of a request to the API: none of them is long.
 * @throws GatewayError request_too_large, invalid_json
 */
export const readSmallBody = async (request: IncomingMessage): Promise<JsonObject> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new GatewayError('request_too_large', `the request has more than ${MAX_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  const body = parseJson(Buffer.concat(chunks).toString());
  if (!isObject(body)) {
    throw new GatewayError('invalid_json', 'the request must be a JSON object, such as {"key":"…"}.');
  }
  return body;
};
