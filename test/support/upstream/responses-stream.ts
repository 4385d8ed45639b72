import {
  type OutputItem,
  outputText,
  type ResponsesEvent,
  responsesEvents,
} from '../../../src/providers/demo/responses-answer.ts';

/** What an answer's output is made of; `call` without `namespace` is a function, `exec` a custom tool. */
export type Step =
  | { readonly text: string }
  | { readonly call: string; readonly arguments: object; readonly callId?: string }
  | {
      readonly custom: string;
      readonly input: string;
      readonly namespace?: string;
      readonly callId?: string;
    }
  | { readonly reasoning: string };

export interface StreamOptions {
  readonly id?: string;
  readonly model?: string;
  readonly usage?: {
    readonly inputTokens: number;
    readonly cachedTokens: number;
    readonly outputTokens: number;
    readonly reasoningTokens: number;
  };
}

const toItem = (step: Step, index: number, responseId: string): OutputItem => {
  const suffix = `${responseId}_${index}`;
  if ('text' in step) {
    const content = [outputText(step.text)] as const;
    return { type: 'message', id: `msg_${suffix}`, role: 'assistant', status: 'completed', content };
  }
  if ('reasoning' in step) {
    return { type: 'reasoning', id: `rs_${suffix}`, summary: [], encrypted_content: step.reasoning };
  }
  const call_id = step.callId ?? `call_${suffix}`;
  if ('call' in step) {
    return {
      type: 'function_call',
      id: `fc_${suffix}`,
      call_id,
      name: step.call,
      arguments: JSON.stringify(step.arguments),
      status: 'completed',
    };
  }
  return {
    type: 'custom_tool_call',
    id: `ctc_${suffix}`,
    call_id,
    name: step.custom,
    ...(step.namespace && { namespace: step.namespace }),
    input: step.input,
    status: 'completed',
  };
};

const TEST_USAGE = { inputTokens: 1200, cachedTokens: 1024, outputTokens: 80, reasoningTokens: 64 };

/** The events of a complete Responses stream, from `response.created` to `response.completed`. */
export const responsesStream = (steps: readonly Step[], options: StreamOptions = {}): ResponsesEvent[] => {
  const id = options.id ?? 'resp_test';
  return responsesEvents({
    id,
    model: options.model ?? 'gpt-test',
    createdAt: 1_763_769_600,
    output: steps.map((step, index) => toItem(step, index, id)),
    usage: options.usage ?? TEST_USAGE,
  });
};

/** The SSE text of one event. */
export const encodeEvent = (event: { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
