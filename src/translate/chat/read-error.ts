import { cutForeignText } from '../../base/foreign-text.ts';
import {
  isObject,
  type JsonObject,
  nonEmptyString,
  objectsOf,
  parseJson,
  wordOf,
} from '../../base/json-object.ts';
import { readError as readErrorMember } from '../../sse/readers/read-error.ts';
import type { ProviderError } from '../translation.ts';

/** Reads an answer that is not JSON: a proxy's page, or plain text. */
const MAX_TEXT = 500;

/** The error of the provider behind an aggregator (OpenRouter: `metadata.raw`). */
const rawMessage = (error: JsonObject): string | undefined => {
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const raw = nonEmptyString(metadata.raw);
  const inner = raw === undefined ? undefined : parseJson(raw);
  const said = isObject(inner)
    ? (readErrorMember(inner.error)?.message ?? nonEmptyString(inner.message))
    : raw;
  return said === undefined ? undefined : nonEmptyString(said);
};

/** FastAPI's own form, which servers of one's own machine answer with. */
const readDetail = (detail: unknown): string | undefined => {
  const lines = objectsOf(detail).map(({ loc, msg }) =>
    [Array.isArray(loc) ? loc.map(wordOf).join('.') : '', wordOf(msg ?? '')]
      .filter((part) => part !== '')
      .join(': '),
  );
  return lines.length > 0 ? lines.join('; ') : nonEmptyString(detail);
};

interface FoundError {
  readonly code: string;
  readonly message: string;
  readonly type?: string;
}

/**
 * An error in an answer's body or among the chunks of its stream, as providers write it: `{error: {…}}`,
 * `{error: "…", code}` (xAI), `{object: "error", message}` (vLLM, Mistral), `{detail}` (FastAPI).
 * @returns undefined if the object tells of none
 */
export const findError = (answer: unknown): FoundError | undefined => {
  const object: unknown = Array.isArray(answer) ? answer.find(isObject) : answer;
  if (!isObject(object)) return undefined;
  // Nearly every chunk of a stream.
  if (object.error === undefined && object.object !== 'error' && object.detail === undefined)
    return undefined;
  const found = readErrorMember(object.error);
  if (found !== undefined && isObject(object.error)) {
    const raw = rawMessage(object.error);
    const message =
      raw === undefined || raw === found.message ? found.message : cutForeignText(`${found.message}: ${raw}`);
    const type = nonEmptyString(object.error.type);
    return { code: found.code, message, ...(type !== undefined && { type }) };
  }
  if (found !== undefined) return { ...found, code: nonEmptyString(object.code) ?? found.code };
  if (object.object === 'error') return readErrorMember(object);
  const detail = readDetail(object.detail);
  return detail === undefined ? undefined : { code: 'unknown', message: cutForeignText(detail) };
};

/** Reads an error answer of any form. */
export const readError = (status: number, body: Uint8Array): ProviderError => {
  const text = Buffer.from(body).toString('utf8').trim();
  const answer = parseJson(text);
  const found: FoundError | undefined =
    findError(answer) ?? (isObject(answer) ? readErrorMember(answer) : undefined);
  if (found !== undefined && found.message !== 'unknown') {
    const { message, code, type } = found;
    return { message, ...(type !== undefined && { type }), ...(code !== 'unknown' && { code }) };
  }
  return {
    message: text === '' ? `the provider answered ${status} without a word` : cutForeignText(text, MAX_TEXT),
  };
};
