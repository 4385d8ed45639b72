import type { DemoUsage } from './estimate-usage.ts';
import { splitText } from './split-text.ts';

/** An item of a response's output, in its finished form. */
export type OutputItem =
  | {
      readonly type: 'message';
      readonly id: string;
      readonly role: 'assistant';
      readonly status: 'completed';
      readonly content: readonly [OutputText];
    }
  | {
      readonly type: 'function_call';
      readonly id: string;
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
      readonly status: 'completed';
    }
  | {
      readonly type: 'custom_tool_call';
      readonly id: string;
      readonly call_id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly input: string;
      readonly status: 'completed';
    }
  | {
      readonly type: 'reasoning';
      readonly id: string;
      readonly summary: readonly [];
      readonly encrypted_content: string;
    }
  | { readonly type: 'compaction'; readonly id: string; readonly encrypted_content: string };

interface OutputText {
  readonly type: 'output_text';
  readonly annotations: readonly [];
  readonly logprobs: readonly [];
  readonly text: string;
}

export interface ResponsesAnswer {
  readonly id: string;
  readonly model: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly output: readonly OutputItem[];
  readonly usage: DemoUsage;
}

export interface ResponsesEvent {
  readonly type: string;
  readonly sequence_number: number;
  readonly [field: string]: unknown;
}

export const outputText = (text: string): OutputText => ({
  type: 'output_text',
  annotations: [],
  logprobs: [],
  text,
});

const usageObject = (usage: DemoUsage): object => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: { cached_tokens: usage.cachedTokens },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  total_tokens: usage.inputTokens + usage.outputTokens,
});

const responseObject = (answer: ResponsesAnswer, status: 'in_progress' | 'completed'): object => ({
  id: answer.id,
  object: 'response',
  created_at: answer.createdAt,
  status,
  background: false,
  completed_at: status === 'completed' ? answer.createdAt : null,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  model: answer.model,
  output: status === 'completed' ? answer.output : [],
  parallel_tool_calls: false,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
  usage: status === 'completed' ? usageObject(answer.usage) : null,
  user: null,
  metadata: {},
});

/** A whole answer of the Responses API, as it comes without `stream`. */
export const responsesJson = (answer: ResponsesAnswer): object => responseObject(answer, 'completed');

type Draft = Readonly<Record<string, unknown>> & { readonly type: string };

/** The events between an item's `added` and its `done`. */
const contentEvents = (item: OutputItem, where: { item_id: string; output_index: number }): Draft[] => {
  const deltas = (type: string, text: string, more: object = {}): Draft[] =>
    splitText(text).map((delta) => ({ type, ...where, ...more, delta }));
  switch (item.type) {
    case 'message': {
      const at = { ...where, content_index: 0 };
      const [part] = item.content;
      return [
        { type: 'response.content_part.added', ...at, part: outputText('') },
        ...deltas('response.output_text.delta', part.text, { content_index: 0, logprobs: [] }),
        { type: 'response.output_text.done', ...at, logprobs: [], text: part.text },
        { type: 'response.content_part.done', ...at, part },
      ];
    }
    case 'function_call':
      return [
        ...deltas('response.function_call_arguments.delta', item.arguments),
        { type: 'response.function_call_arguments.done', ...where, arguments: item.arguments },
      ];
    case 'custom_tool_call':
      return [
        ...deltas('response.custom_tool_call_input.delta', item.input),
        { type: 'response.custom_tool_call_input.done', ...where, input: item.input },
      ];
    case 'reasoning':
    case 'compaction':
      return [];
  }
};

const unfinished = (item: OutputItem): object => {
  switch (item.type) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    case 'custom_tool_call':
      return { ...item, status: 'in_progress', input: '' };
    case 'reasoning':
    case 'compaction':
      return item;
  }
};

const itemEvents = (item: OutputItem, index: number): Draft[] => [
  { type: 'response.output_item.added', output_index: index, item: unfinished(item) },
  ...contentEvents(item, { item_id: item.id, output_index: index }),
  { type: 'response.output_item.done', output_index: index, item },
];

/**
 * The events of a streamed answer, in order and numbered from 0.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const responsesEvents = (answer: ResponsesAnswer): ResponsesEvent[] => {
  const started = responseObject(answer, 'in_progress');
  const drafts: Draft[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...answer.output.flatMap(itemEvents),
    { type: 'response.completed', response: responseObject(answer, 'completed') },
  ];
  return drafts.map((draft, index) => ({ ...draft, sequence_number: index }));
};
