import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';
import type { AnswerSummary, Api } from './answer-summary.ts';
import { findError } from './readers/find-error.ts';
import { readChatObject } from './readers/read-chat.ts';
import { readGeminiObject } from './readers/read-gemini.ts';
import { readMessageObject } from './readers/read-messages.ts';
import { readResponseObject } from './readers/read-responses.ts';

const READ: Readonly<Record<Api, (summary: AnswerSummary, answer: JsonObject) => void>> = {
  responses: readResponseObject,
  chat: readChatObject,
  messages: readMessageObject,
  gemini: readGeminiObject,
};

/** Reads what one whole JSON object answers; Google wraps errors in a list, ChatGPT's backend in `detail`. */
export const summarizeObject = (answer: unknown, api: Api): AnswerSummary => {
  const summary: AnswerSummary = { toolCalls: [] };
  const object: JsonObject | undefined = [answer].flat().find(isObject);
  if (object === undefined) return summary;

  READ[api](summary, object);
  // A compaction has no status: it is whole when it is there.
  if (api === 'responses' && object.status === undefined && Array.isArray(object.output)) {
    summary.finish = 'completed';
  }
  const error = findError(object);
  if (error !== undefined) {
    summary.error = { code: error.code, message: error.message };
    summary.finish = 'failed';
  }
  return summary;
};

/**
 * Reads an answer that did not come as a stream, an error included.
 * @param body decoded bytes; what is no JSON gives an empty summary
 */
export const summarizeJsonAnswer = (body: Buffer, api: Api): AnswerSummary =>
  summarizeObject(parseJson(body.toString('utf8')), api);
