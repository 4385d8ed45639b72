import { chunkOf } from '../streams/sample-streams.ts';
import type { Flavour } from './check-conversation.ts';

/** What the model says in one answer; ids and signatures are the double's to give. */
export interface ChatTurn {
  readonly thought?: string;
  readonly text?: string;
  readonly refusal?: string;
  readonly calls?: readonly { readonly name: string; readonly json: string }[];
  readonly finishReason?: string;
  readonly usage?: object;
}

interface SaidMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal?: string;
  readonly reasoning_content?: string;
  readonly reasoning?: string;
  readonly reasoning_details?: readonly Record<string, unknown>[];
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly message: SaidMessage;
  readonly finishReason: string;
  readonly usage: object;
}

const USAGE = {
  prompt_tokens: 100,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens: 25,
  completion_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 125,
};

const thoughtOf = (thought: string | undefined, flavour: Flavour, id: string): Partial<SaidMessage> => {
  if (thought === undefined) return {};
  if (flavour !== 'openrouter' && flavour !== 'minimax') return { reasoning_content: thought };
  const format = 'anthropic-claude-v1';
  return {
    reasoning: thought,
    reasoning_details: [
      { type: 'reasoning.text', text: thought, signature: `sig_${id}==`, format, index: 0 },
      { type: 'reasoning.encrypted', data: `enc_${id}==`, id: `r_${id}`, format, index: 1 },
    ],
  };
};

/** What is said in the answer of this index. */
export const completionOf = (turn: ChatTurn, index: number, model: string, flavour: Flavour): Completion => {
  const calls = (turn.calls ?? []).map(({ name, json }, place) => ({
    id:
      flavour === 'mistral' ? `call${String(index * 10 + place).padStart(5, '0')}` : `call_${index}_${place}`,
    type: 'function' as const,
    function: { name, arguments: json },
  }));
  return {
    id: `chatcmpl-${index}`,
    model,
    message: {
      role: 'assistant',
      content: turn.text ?? null,
      ...(turn.refusal !== undefined && { refusal: turn.refusal }),
      ...thoughtOf(turn.thought, flavour, String(index)),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    finishReason: turn.finishReason ?? (calls.length > 0 ? 'tool_calls' : 'stop'),
    usage: turn.usage ?? USAGE,
  };
};

export const objectOf = ({ id, model, message, finishReason, usage }: Completion): object => ({
  id,
  object: 'chat.completion',
  created: 1_763_769_600,
  model,
  choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
  usage,
});

/** A text in two pieces, as it would come. */
const halves = (text: string): string[] => {
  const characters = [...text];
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle).join(''), characters.slice(middle).join('')].filter(
    (half) => half !== '',
  );
};

const detailDeltas = (details: SaidMessage['reasoning_details']): object[] =>
  (details ?? []).flatMap((detail) => {
    if (typeof detail.text !== 'string') return [{ reasoning_details: [detail] }];
    const { text, signature, ...rest } = detail;
    return [
      ...halves(text).map((half) => ({ reasoning: half, reasoning_details: [{ ...rest, text: half }] })),
      { reasoning_details: [{ ...rest, signature }] },
    ];
  });

/** The chunks of a streamed answer, with its `[DONE]`. */
export const chunksOf = (completion: Completion, withUsage: boolean): string[] => {
  const { id, model, message, finishReason, usage } = completion;
  const head = { id, object: 'chat.completion.chunk', created: 1_763_769_600, model };
  const delta = (said: object, reason: string | null = null): string =>
    chunkOf({ ...head, choices: [{ index: 0, delta: said, finish_reason: reason }] });
  return [
    delta({ role: 'assistant', content: '' }),
    ...halves(message.reasoning_content ?? '').map((half) => delta({ reasoning_content: half })),
    ...detailDeltas(message.reasoning_details).map((said) => delta(said)),
    ...halves(message.content ?? '').map((half) => delta({ content: half })),
    ...halves(message.refusal ?? '').map((half) => delta({ refusal: half })),
    ...(message.tool_calls ?? []).flatMap((call, index) => [
      delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
      ...halves(call.function.arguments).map((half) =>
        delta({ tool_calls: [{ index, function: { arguments: half } }] }),
      ),
    ]),
    delta({}, finishReason),
    ...(withUsage ? [chunkOf({ ...head, choices: [], usage })] : []),
    'data: [DONE]\n\n',
  ];
};
