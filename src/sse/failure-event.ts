import { isPermanent } from '../base/errors.ts';
import type { Api } from './answer-summary.ts';

/** Why the gateway has to end a stream itself. */
export interface StreamFailure {
  /** Such as `upstream_stream_truncated` or `shutting_down`. */
  readonly code: string;
  /** As in `GatewayError`: without the `gomodel-ts: ` prefix. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** What a failure event says besides the failure: about the answer that it ends. */
export interface FailedAnswer {
  readonly responseId: string | undefined;
  readonly model: string | undefined;
  readonly sequenceNumber: number;
}

/** The `error` member as the chat API and `error` events have it. */
export const errorMember = ({ code, message }: StreamFailure): string =>
  `"error":${JSON.stringify({ message, type: 'provider_error', code, param: null })}`;

/** The same as Anthropic's API has it, which knows no codes. */
const messagesErrorMember = ({ message }: StreamFailure): string =>
  `"error":${JSON.stringify({ type: 'api_error', message })}`;

/** The same as Google's API has it. @see https://cloud.google.com/apis/design/errors */
const geminiErrorMember = ({ message }: StreamFailure): string =>
  `"error":${JSON.stringify({ code: 502, message, status: 'UNAVAILABLE' })}`;

/**
 * Codex asks again five times after a failure in mid-stream, whatever its code, but for this one: it shows the
 * message and stops (measured with 0.113.0, 0.169.0 and 0.171.0).
 */
const FINAL_CODE = 'invalid_prompt';

/**
 * The data of the event that ends a stream as failed, in the form that clients show to their user:
 * `response.failed` for Responses (Codex shows `response.error.message`), an `error` object for chat and
 * Google's API, an `error` event for Anthropic's messages (their clients throw it). Over WebSocket it is its own frame.
 * @param failure its message goes out as it is
 * @returns JSON on one line
 */
export const failureEventData = (api: Api, failure: StreamFailure, answer: FailedAnswer): string => {
  if (api === 'chat') return `{${errorMember(failure)}}`;
  if (api === 'gemini') return `{${geminiErrorMember(failure)}}`;
  if (api === 'messages') return `{"type":"error",${messagesErrorMember(failure)}}`;
  return JSON.stringify({
    type: 'response.failed',
    sequence_number: answer.sequenceNumber,
    response: {
      id: answer.responseId ?? 'resp_unknown',
      object: 'response',
      created_at: Math.floor(failure.atMs / 1000),
      status: 'failed',
      error: { code: isPermanent(failure.code) ? FINAL_CODE : failure.code, message: failure.message },
      incomplete_details: null,
      instructions: null,
      metadata: {},
      model: answer.model ?? 'unknown',
      output: [],
      parallel_tool_calls: true,
      temperature: null,
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      usage: null,
    },
  });
};
