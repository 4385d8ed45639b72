import { type JsonObject, nonEmptyString } from '../../base/json-object.ts';

/** How an answer of chat completions ended: `length` and `filter` leave it without its rest, `failure` breaks it off. */
export type ChatEnding = 'stop' | 'calls' | 'length' | 'filter' | 'failure';

const ENDINGS: Readonly<Record<Exclude<ChatEnding, 'stop'>, readonly string[]>> = {
  calls: ['tool_calls', 'function_call', 'tool_use'],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'model_length',
    'model_context_window_exceeded',
    'context_length_exceeded',
    'pause_turn',
    // vLLM: the model had begun to repeat itself.
    'repetition',
  ],
  filter: [
    'content_filter',
    'content_filtered',
    'guardrail_intervened',
    'refusal',
    'sensitive',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
  ],
  failure: [
    'error',
    'failed',
    'network_error',
    'server_error',
    'internal_error',
    'upstream_error',
    'insufficient_system_resource',
    // vLLM and SGLang: the engine gave the request up, and sends `[DONE]` all the same.
    'abort',
    'aborted',
    'cancel',
    'canceled',
    'cancelled',
    'interrupted',
    'timeout',
    'malformed_function_call',
  ],
};

const BY_NAME: ReadonlyMap<string, ChatEnding> = new Map(
  (Object.keys(ENDINGS) as (keyof typeof ENDINGS)[]).flatMap((ending) =>
    ENDINGS[ending].map((name) => [name, ending] as const),
  ),
);

const MAX_NAME = 100;

/**
 * The reason to finish that a chunk names. Some servers write `null` as a text.
 * @returns undefined if it names none
 */
export const readFinishReason = (reason: unknown): string | undefined => {
  const name = nonEmptyString(reason)?.slice(0, MAX_NAME);
  return name?.toLowerCase() === 'null' ? undefined : name;
};

/**
 * How a choice ended. OpenRouter gives a provider that has failed a harmless reason, and what really happened as
 * `native_finish_reason`.
 * @returns undefined if it has not ended
 */
export const readChoiceReason = (choice: JsonObject | undefined): string | undefined => {
  const reason = readFinishReason(choice?.finish_reason);
  if (reason === undefined) return undefined;
  const native = readFinishReason(choice?.native_finish_reason);
  const isHarmless = readChatEnding(reason) === 'stop' || reason.toLowerCase() === 'error';
  return native !== undefined && isHarmless && readChatEnding(native) === 'failure' ? native : reason;
};

/** Servers write other APIs' reasons as well, in capitals or with hyphens. A name that nobody knows is a stop. */
export const readChatEnding = (reason: string): ChatEnding =>
  BY_NAME.get(reason.toLowerCase().replaceAll('-', '_')) ?? 'stop';
