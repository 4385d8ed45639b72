import { isObject, objectsOf, parseJson } from '../../base/json-object.ts';
import type { AnswerSummary, Api } from '../answer-summary.ts';
import { completeObject } from '../complete-json.ts';
import { createStreamTap } from '../create-stream-tap.ts';
import { summarizeObject } from '../summarize-json-answer.ts';
import { collectChatMessages } from './collect-chat-messages.ts';
import { collectMessage } from './collect-message.ts';
import { collectResponsesItems, type OutputCollector } from './collect-responses-items.ts';

const COLLECT: Readonly<Record<Api, () => OutputCollector>> = {
  responses: collectResponsesItems,
  chat: collectChatMessages,
  messages: collectMessage,
  // Shown as received.
  gemini: () => ({ apply: () => {}, output: () => [] }),
};

/** What an answer said, and about itself. */
interface CollectedAnswer {
  readonly summary: AnswerSummary;
  /**
   * Items of the Responses API, or messages of chat completions (one a choice) or of Anthropic's API, as the
   * provider wrote them.
   * What was cut off is there as far as it was received, with `status: 'incomplete'`.
   */
  readonly output: unknown[];
}

const outputOfObject = (answer: unknown, api: Api): unknown[] => {
  if (!isObject(answer)) return [];
  if (api === 'chat') return objectsOf(answer.choices).flatMap((choice) => choice.message ?? []);
  if (api === 'messages') return answer.type === 'message' ? [answer] : [];
  if (api === 'gemini') return [];
  return Array.isArray(answer.output) ? [...answer.output] : [];
};

const collectFromObject = (text: string, api: Api): CollectedAnswer => {
  const whole = parseJson(text);
  if (whole !== undefined)
    return { summary: summarizeObject(whole, api), output: outputOfObject(whole, api) };

  const missing = completeObject(text, '"status":"incomplete"');
  const begun = missing === undefined ? undefined : parseJson(text + missing);
  const output = outputOfObject(begun, api);
  const last = output.pop();
  if (isObject(last)) output.push({ ...last, status: 'incomplete' });
  return { summary: { ...summarizeObject(begun, api), finish: 'incomplete' }, output };
};

const collectFromEvents = (body: Buffer, api: Api): CollectedAnswer => {
  const collector = COLLECT[api]();
  const onEvent = (_eventName: string | undefined, data: string): void => {
    const event = parseJson(data);
    if (isObject(event)) collector.apply(event);
  };
  const tap = createStreamTap(api, { onEvent });
  tap.push(body);
  tap.end();
  return { summary: tap.summary, output: collector.output(tap.summary.finish) };
};

/**
 * Reads a stored answer, streamed or not, whole or cut off. Total: a body that is neither gives no output.
 * @param body decoded bytes
 */
export const collectOutput = (body: Buffer, api: Api): CollectedAnswer => {
  const isJson = /^(?:\xef\xbb\xbf)?\s*[[{]/.test(body.toString('latin1', 0, 1024));
  return isJson
    ? collectFromObject(body.toString('utf8').replace(/^\ufeff/, ''), api)
    : collectFromEvents(body, api);
};
