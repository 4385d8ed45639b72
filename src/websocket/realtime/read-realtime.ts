import { isObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import { readUsage } from '../../sse/readers/read-usage.ts';
import { sumUsage } from '../../sse/readers/sum-usage.ts';

interface RealtimeError {
  readonly code: string;
  readonly message: string;
}

/** What passed on a Realtime connection, as its record tells it. */
export interface RealtimeReader {
  readonly summary: AnswerSummary;
  /** True while the model answers. */
  isAnswering(): boolean;
  /** The upstream's last complaint, where no answer has ended since. */
  lastError(): RealtimeError | undefined;
  /** @param event a whole event from the upstream */
  see(event: Buffer, type: string): void;
}

/** The events that are read; all others are only relayed. */
const READ: ReadonlySet<string> = new Set(['session.created', 'response.created', 'response.done', 'error']);

const FINISH: Readonly<Record<string, 'completed' | 'incomplete' | 'failed'>> = {
  completed: 'completed',
  cancelled: 'incomplete',
  incomplete: 'incomplete',
  failed: 'failed',
};

/** Of an hour-long conversation's calls. */
const MAX_TOOL_CALLS = 500;

/** Whether an event only carries a piece of sound, which the log leaves out: an hour of it has 170 MB. */
export const isAudio = (type: string): boolean =>
  type === 'input_audio_buffer.append' || /^response\.(?:output_)?audio\.delta$/.test(type);

const readError = (error: unknown): RealtimeError | undefined => {
  if (!isObject(error)) return undefined;
  const code = nonEmptyString(error.code) ?? nonEmptyString(error.type) ?? 'error';
  return { code, message: nonEmptyString(error.message) ?? code };
};

/**
 * Reads the answers on a connection: their usage is added up, and the last of them says how it ended.
 * @see https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export const createRealtimeReader = (): RealtimeReader => {
  const summary: AnswerSummary = { toolCalls: [] };
  let running = 0;
  let lastError: RealtimeError | undefined;

  const readResponse = (response: unknown): void => {
    if (!isObject(response)) return;
    const id = nonEmptyString(response.id);
    if (id !== undefined) summary.responseId = id;
    const finish = FINISH[String(response.status)];
    if (finish) summary.finish = finish;
    const usage = sumUsage(summary.usage, readUsage(response.usage));
    if (usage) summary.usage = usage;
    for (const item of objectsOf(response.output)) {
      const name = item.type === 'function_call' ? nonEmptyString(item.name) : undefined;
      if (name !== undefined && summary.toolCalls.length < MAX_TOOL_CALLS) summary.toolCalls.push(name);
    }
  };

  return {
    summary,
    isAnswering: () => running > 0,
    lastError: () => lastError,
    see: (event, type) => {
      if (!READ.has(type)) return;
      const said = parseJson(event.toString());
      if (!isObject(said)) return;
      if (type === 'session.created' && isObject(said.session)) {
        const model = nonEmptyString(said.session.model);
        if (model !== undefined) summary.model = model;
      }
      if (type === 'error') lastError = readError(said.error);
      if (type === 'response.created') running++;
      if (type === 'response.done') {
        running = Math.max(0, running - 1);
        lastError = undefined;
        readResponse(said.response);
      }
    },
  };
};
