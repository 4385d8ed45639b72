import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { scanMembers } from '../../json/scan-members.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import { createEventFramer, decodeEventData } from '../../sse/frame-events.ts';
import { readStatedCost, readUsage } from '../../sse/readers/read-usage.ts';

const SIDE_PATH =
  /\/(?:embeddings|moderations|rerank|completions|images\/(?:generations|edits|variations)|audio\/(?:transcriptions|translations|speech))\/?(?:\?|$)/;

/** Whether a path is not a conversation but still reports usage, such as embeddings or images. */
export const isSidePath = (path: string): boolean => SIDE_PATH.test(path);

const MEDIA_PATH =
  /\/(?:images\/(?:generations|edits|variations)|audio\/(?:transcriptions|translations|speech))\/?(?:\?|$)/;

/** Whether a path makes or reads pictures or sound, which cost something whether the answer says so or not. */
export const isMediaPath = (path: string): boolean => MEDIA_PATH.test(path);

/** Limit of one event: most of it may be an image. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

const takeOver = (summary: AnswerSummary, model: unknown, usage: unknown): void => {
  const named = nonEmptyString(model);
  if (named !== undefined) summary.model = named;
  const counted = readUsage(usage);
  if (counted !== undefined) summary.usage = counted;
  const stated = readStatedCost(usage);
  if (stated !== undefined) summary.statedCostUsd = stated;
};

/** Reads model and usage of one object; vectors and images beside them are passed over. */
export const summarizeSideAnswer = (body: Buffer): AnswerSummary => {
  const summary: AnswerSummary = { toolCalls: [] };
  const members = scanMembers(body);
  const read = (name: string): unknown => {
    const range = members?.get(name);
    return range && parseJson(body.toString('utf8', range.start, range.end));
  };
  takeOver(summary, read('model'), read('usage'));
  return summary;
};

/** Reads the usage from the events of such a stream: `transcript.text.done`, `image_generation.completed`. */
export const createSideReader = () => {
  const summary: AnswerSummary = { toolCalls: [] };
  const framer = createEventFramer({
    maxEventBytes: MAX_EVENT_BYTES,
    onEvent: (_, data) => {
      if (!data.includes('"usage"')) return;
      const event = parseJson(decodeEventData(data));
      if (isObject(event)) takeOver(summary, event.model, event.usage);
    },
  });
  return { summary, push: framer.push };
};
