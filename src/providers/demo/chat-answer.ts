import type { DemoUsage } from './estimate-usage.ts';
import { splitText } from './split-text.ts';

export interface ChatAnswer {
  readonly id: string;
  readonly model: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly usage: DemoUsage;
  readonly message:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'call'; readonly callId: string; readonly name: string; readonly arguments: string };
}

const usageObject = (usage: DemoUsage): object => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const finishReason = ({ message }: ChatAnswer): string => (message.kind === 'call' ? 'tool_calls' : 'stop');

/** A whole answer of chat completions, as it comes without `stream`. */
export const chatJson = (answer: ChatAnswer): object => {
  const { message } = answer;
  const call = message.kind === 'call' && {
    id: message.callId,
    type: 'function',
    function: { name: message.name, arguments: message.arguments },
  };
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.createdAt,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: message.kind === 'text' ? message.text : null,
          refusal: null,
          ...(call && { tool_calls: [call] }),
        },
        logprobs: null,
        finish_reason: finishReason(answer),
      },
    ],
    usage: usageObject(answer.usage),
  };
};

/**
 * The chunks of a streamed answer, without the `[DONE]` that ends the stream.
 * @param includeUsage the client set `stream_options.include_usage`
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export const chatChunks = (answer: ChatAnswer, includeUsage: boolean): object[] => {
  const { message } = answer;
  const chunk = (choices: readonly object[], usage: object | null): object => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: answer.createdAt,
    model: answer.model,
    choices,
    ...(includeUsage && { usage }),
  });
  const choice = (delta: object, finish: string | null = null): object =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }], null);
  const start =
    message.kind === 'text'
      ? { role: 'assistant', content: '', refusal: null }
      : {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              index: 0,
              id: message.callId,
              type: 'function',
              function: { name: message.name, arguments: '' },
            },
          ],
        };
  const deltas =
    message.kind === 'text'
      ? splitText(message.text).map((content) => ({ content }))
      : splitText(message.arguments).map((piece) => ({
          tool_calls: [{ index: 0, function: { arguments: piece } }],
        }));
  return [
    choice(start),
    ...deltas.map((delta) => choice(delta)),
    choice({}, finishReason(answer)),
    ...(includeUsage ? [chunk([], usageObject(answer.usage))] : []),
  ];
};
