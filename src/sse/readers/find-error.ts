import { cutForeignText } from '../../base/foreign-text.ts';
import {
  isObject,
  type JsonObject,
  nonEmptyString,
  objectsOf,
  parseJson,
  wordOf,
} from '../../base/json-object.ts';
import { readError } from './read-error.ts';

interface FoundError {
  readonly code: string;
  readonly message: string;
  readonly type?: string;
}

/** The error of the provider behind an aggregator (OpenRouter: `metadata.raw`). */
const rawMessage = (error: JsonObject): string | undefined => {
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const raw = nonEmptyString(metadata.raw);
  const inner = raw === undefined ? undefined : parseJson(raw);
  const said = isObject(inner) ? (readError(inner.error)?.message ?? nonEmptyString(inner.message)) : raw;
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

const CODES = ['code', 'error_code', 'errorCode', 'status', 'status_code', 'statusCode', 'type'];
const MESSAGES = ['message', 'msg', 'error_msg', 'error_message', 'errorMessage', 'status_msg', 'reason'];

const firstOf = (object: JsonObject, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'number') return String(value);
    if (nonEmptyString(value) !== undefined) return wordOf(value);
  }
  return undefined;
};

/** Codes by which servers say that all is well. */
const IS_WELL = /^(?:0|200|ok|success)$/i;

/** An error that stands in an object without being called one: `{code, message}`, `{errcode, msg}`. */
const readBare = (object: JsonObject): FoundError | undefined => {
  const message = firstOf(object, MESSAGES);
  const code = firstOf(object, CODES) ?? 'unknown';
  if (message === undefined || IS_WELL.test(code) || IS_WELL.test(message)) return undefined;
  return { code: cutForeignText(code, 200), message: cutForeignText(message) };
};

const readMember = (object: JsonObject): FoundError | undefined => {
  const { error } = object;
  const found = readError(error);
  if (found === undefined) return error === true ? readBare({ ...object, error: undefined }) : undefined;
  if (!isObject(error)) return { ...found, code: firstOf(object, ['code']) ?? found.code };
  const raw = rawMessage(error);
  const message =
    raw === undefined || raw === found.message ? found.message : cutForeignText(`${found.message}: ${raw}`);
  const type = nonEmptyString(error.type);
  return { code: found.code, message, ...(type !== undefined && { type }) };
};

/** Cloudflare's form. */
const readList = (errors: unknown): FoundError | undefined =>
  Array.isArray(errors) && errors.length > 0 ? readError(errors[0]) : undefined;

/** What an object has that is an answer, or an event of one. */
const ANSWERS = ['choices', 'candidates', 'content', 'output', 'response', 'usageMetadata', 'promptFeedback'];
const isAnswer = (object: JsonObject): boolean =>
  ANSWERS.some((member) => object[member] !== undefined && object[member] !== null);

/**
 * An error in an answer's body or among the events of its stream, as providers write it: `{error: {…}}`,
 * `{error: "…", code}` (xAI), `{object: "error", message}` (vLLM, Mistral), `{detail}` (FastAPI), `{base_resp}` (MiniMax),
 * `{errors: […]}`, and `{code, message}` where there is nothing else.
 * @returns undefined if the object tells of none
 */
export const findError = (answer: unknown): FoundError | undefined => {
  const object: unknown = Array.isArray(answer) ? answer.find(isObject) : answer;
  if (!isObject(object)) return undefined;
  const found = readMember(object);
  if (found !== undefined) return found;
  if (object.object === 'error') return readError(object);
  const detail = object.detail === undefined ? undefined : readDetail(object.detail);
  if (detail !== undefined) return { code: 'unknown', message: cutForeignText(detail) };
  const status = isObject(object.base_resp) ? readBare(object.base_resp) : undefined;
  if (status !== undefined || isAnswer(object)) return status;
  return readList(object.errors) ?? readBare(object);
};
