import type { ChatAnswer } from './chat-answer.ts';
import type { DemoAnswer } from './decide-answer.ts';
import type { DemoUsage } from './estimate-usage.ts';
import { type OutputItem, outputText, type ResponsesAnswer } from './responses-answer.ts';

export const DEMO_MODEL = 'gomodel-demo';

/** What both APIs need beside the answer itself. */
export interface AnswerFrame {
  /** From the request's bytes: equal requests get equal ids. */
  readonly key: string;
  /** The model that was asked for. */
  readonly asked: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly usage: DemoUsage;
}

/** An answer claims no model that it is not: `gpt-5.5` is answered as `demo/gpt-5.5`. */
const labelModel = (asked: string): string =>
  asked === DEMO_MODEL || asked === '' ? DEMO_MODEL : `demo/${asked}`;

const outputItem = (answer: DemoAnswer, key: string): OutputItem => {
  if (answer.kind === 'text') {
    return {
      type: 'message',
      id: `msg_demo_${key}`,
      role: 'assistant',
      status: 'completed',
      content: [outputText(answer.text)],
    };
  }
  if (answer.kind === 'summary') {
    return { type: 'compaction', id: `cmp_demo_${key}`, encrypted_content: answer.text };
  }
  const { tool, input } = answer;
  const call = { call_id: `call_demo_${key}`, name: tool.name, status: 'completed' } as const;
  return tool.kind === 'function'
    ? { type: 'function_call', id: `fc_demo_${key}`, ...call, arguments: input }
    : {
        type: 'custom_tool_call',
        id: `ctc_demo_${key}`,
        ...call,
        ...(tool.namespace && { namespace: tool.namespace }),
        input,
      };
};

// No reasoning item, though reasoning tokens are counted: a session that goes on with the real API
// would send the item back, and that API refuses one whose encrypted content it has not made.
/** The answer as the Responses API gives it. */
export const composeResponse = (answer: DemoAnswer, frame: AnswerFrame): ResponsesAnswer => ({
  id: `resp_demo_${frame.key}`,
  model: labelModel(frame.asked),
  createdAt: frame.createdAt,
  output: [outputItem(answer, frame.key)],
  usage: frame.usage,
});

/** The answer as chat completions give it. */
export const composeChat = (answer: DemoAnswer, frame: AnswerFrame): ChatAnswer => ({
  id: `chatcmpl-demo-${frame.key}`,
  model: labelModel(frame.asked),
  createdAt: frame.createdAt,
  usage: frame.usage,
  message:
    answer.kind === 'call'
      ? {
          kind: 'call',
          callId: `call_demo_${frame.key}`,
          name: answer.tool.name,
          arguments: answer.input,
        }
      : { kind: 'text', text: answer.text },
});
