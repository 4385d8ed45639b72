import { cutForeignText, decodeForeignText } from '../../base/foreign-text.ts';
import { isObject, nonEmptyString, objectsOf, parseJson, wordOf } from '../../base/json-object.ts';
import { readDuration } from '../../base/time/read-wait.ts';
import type { JsonObject } from '../ask.ts';
import { overflowCodeOr } from '../context-overflow.ts';
import type { ProviderError } from '../translation.ts';

/** The `google.rpc.Status` of an error answer, which a stream without `alt=sse` puts into a list. */
export const findStatus = (value: unknown): JsonObject | undefined => {
  const [found] = Array.isArray(value) ? objectsOf(value) : [value];
  if (!isObject(found) || !isObject(found.error)) return undefined;
  return found.error;
};

const detailOf = (status: JsonObject, type: string): JsonObject | undefined =>
  objectsOf(status.details).find((detail) => detail['@type'] === `type.googleapis.com/google.rpc.${type}`);

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto */
export const readStatus = (status: JsonObject): ProviderError => {
  const message = cutForeignText(nonEmptyString(status.message) ?? 'Google gives no reason.');
  const code = overflowCodeOr(
    nonEmptyString(detailOf(status, 'ErrorInfo')?.reason) ?? nonEmptyString(status.status),
    message,
  );
  const retryAfterMs = readDuration(wordOf(detailOf(status, 'RetryInfo')?.retryDelay));
  const retryAfterSeconds = retryAfterMs === undefined ? undefined : retryAfterMs / 1000;
  const isTold = retryAfterSeconds === undefined || /retry in/i.test(message);
  return {
    message: isTold ? message : `${message} Please retry in ${retryAfterSeconds} s.`,
    ...(code !== undefined && { code }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
};

const MAX_QUOTED_CHARACTERS = 500;

export const readError = (status: number, body: Uint8Array): ProviderError => {
  const found = findStatus(
    parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')),
  );
  if (found !== undefined) return readStatus(found);
  const quoted = cutForeignText(decodeForeignText(body).trim(), MAX_QUOTED_CHARACTERS);
  return { message: quoted === '' ? `The provider answered ${status} without a word.` : quoted };
};
