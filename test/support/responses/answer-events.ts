import type { Step } from '../translate/dialect-double.ts';

/** One answer of the model's. */
export interface ResponsesStep extends Step {
  /** Of its text. */
  readonly phase?: 'commentary' | 'final_answer';
  readonly incomplete?: 'max_output_tokens' | 'content_filter';
}

type Item = Record<string, unknown>;

const USAGE = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 10 },
  total_tokens: 150,
};

/** The items of the output, whole. A thought is encrypted, and summarised. */
export const outputOf = ({ thought, text, calls = [], phase }: ResponsesStep, index: number): Item[] => [
  ...(thought === undefined
    ? []
    : [
        {
          id: `rs_${index}`,
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: thought }],
          encrypted_content: `gAAAA${Buffer.from(`${index} ${thought}`).toString('base64url')}`,
        },
      ]),
  ...(text === undefined
    ? []
    : [
        {
          id: `msg_${index}`,
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
          ...(phase !== undefined && { phase }),
        },
      ]),
  ...calls.map(({ name, input }, place) => ({
    id: `fc_${index}_${place}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${index}_${place}`,
    name,
    arguments: JSON.stringify(input),
  })),
];

export const objectOf = (
  step: ResponsesStep,
  output: readonly Item[],
  model: string,
  index: number,
): Item => ({
  id: `resp_${index}`,
  object: 'response',
  status: step.incomplete === undefined ? 'completed' : 'incomplete',
  incomplete_details: step.incomplete === undefined ? null : { reason: step.incomplete },
  error: null,
  model,
  output,
  usage:
    step.inputTokens === undefined
      ? USAGE
      : { ...USAGE, input_tokens: step.inputTokens, total_tokens: step.inputTokens + USAGE.output_tokens },
});

const piecesOf = (text: string): string[] => text.match(/[\s\S]{1,7}/gu) ?? [];

const itemEvents = (item: Item, place: number): Item[] => {
  const at = { output_index: place, item_id: item.id };
  const added = (begun: Item): Item => ({
    type: 'response.output_item.added',
    output_index: place,
    item: begun,
  });
  const done: Item = { type: 'response.output_item.done', output_index: place, item };
  if (item.type === 'function_call') {
    const deltas = piecesOf(String(item.arguments)).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      ...at,
      delta,
    }));
    return [added({ ...item, arguments: '', status: 'in_progress' }), ...deltas, done];
  }
  if (item.type === 'reasoning') {
    const [{ text }] = item.summary as [{ text: string }];
    const within = { ...at, summary_index: 0 };
    return [
      added({ ...item, summary: [], encrypted_content: '' }),
      { type: 'response.reasoning_summary_part.added', ...within, part: { type: 'summary_text', text: '' } },
      ...piecesOf(text).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...within, delta })),
      { type: 'response.reasoning_summary_text.done', ...within, text },
      done,
    ];
  }
  const [part] = item.content as [{ text: string }];
  const within = { ...at, content_index: 0 };
  return [
    added({ ...item, content: [], status: 'in_progress' }),
    { type: 'response.content_part.added', ...within, part: { ...part, text: '' } },
    ...piecesOf(part.text).map((delta) => ({ type: 'response.output_text.delta', ...within, delta })),
    { type: 'response.output_text.done', ...within, text: part.text },
    { type: 'response.content_part.done', ...within, part },
    done,
  ];
};

/** The stream of an answer, as OpenAI sends it. */
export const eventsOf = (
  step: ResponsesStep,
  output: readonly Item[],
  model: string,
  index: number,
): Item[] => {
  const whole = objectOf(step, output, model, index);
  const begun = { ...whole, status: 'in_progress', output: [], usage: null, incomplete_details: null };
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...output.flatMap(itemEvents),
    { type: `response.${String(whole.status)}`, response: whole },
  ];
};

export const toSse = (events: readonly Item[]): string =>
  events
    .map(
      (event, place) =>
        `event: ${String(event.type)}\ndata: ${JSON.stringify({ ...event, sequence_number: place })}\n\n`,
    )
    .join('');
