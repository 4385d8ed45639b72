import { z } from 'zod';

// The documented request, strictly: a member that is not in it is refused, as the real one does.
const text = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const image = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().regex(/^(?:https?:\/\/|data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/),
  detail: z.enum(['auto', 'low', 'high']),
});
const file = z.union([
  z.strictObject({ type: z.literal('input_file'), filename: z.string().min(1), file_data: z.string() }),
  z.strictObject({ type: z.literal('input_file'), file_url: z.url() }),
]);
const part = z.union([text, image, file]);
const callId = z.string().min(1).max(64);

const said = z.strictObject({
  type: z.literal('message'),
  role: z.enum(['user', 'system', 'developer']),
  content: z.array(part).min(1),
});
const answered = z.strictObject({
  type: z.literal('message'),
  role: z.literal('assistant'),
  content: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('output_text'), text: z.string(), annotations: z.array(z.never()) }),
        z.strictObject({ type: z.literal('refusal'), refusal: z.string() }),
      ]),
    )
    .min(1),
  phase: z.enum(['commentary', 'final_answer']).optional(),
});
const call = z.strictObject({
  type: z.literal('function_call'),
  call_id: callId,
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  arguments: z.string(),
});
const output = z.strictObject({
  type: z.literal('function_call_output'),
  call_id: callId,
  output: z.union([z.string(), z.array(part).min(1)]),
});
const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
  encrypted_content: z.string().min(1),
});
const item = z.union([said, answered, call, output, reasoning]);

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().optional(),
  parameters: z.looseObject({ type: z.literal('object') }),
  strict: z.boolean(),
});
const format = z.union([
  z.strictObject({ type: z.enum(['text', 'json_object']) }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    schema: z.looseObject({}),
    strict: z.boolean(),
  }),
]);

const prompt = {
  model: z.string().min(1),
  input: z.array(item).min(1),
  tools: z.array(tool).min(1).max(128).optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({ type: z.literal('function'), name: z.string() }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
      summary: z.literal('auto').optional(),
    })
    .optional(),
  text: z.strictObject({ format: format.optional(), verbosity: z.string().optional() }).optional(),
};
const counted = z.strictObject(prompt);
const asked = z.strictObject({
  ...prompt,
  max_output_tokens: z.int().min(16).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  include: z.array(z.literal('reasoning.encrypted_content')).optional(),
  prompt_cache_key: z.string().max(64).optional(),
  safety_identifier: z.string().max(64).optional(),
  store: z.literal(false),
  stream: z.boolean(),
});

export type ResponsesItem = z.infer<typeof item>;
export type ResponsesRequest = z.infer<typeof asked>;

const parse = <Value>(schema: z.ZodType<Value>, body: unknown): Value => {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new Error(`Invalid request: ${z.prettifyError(read.error)}`);
};

/** @throws Error in words that say what is wrong where */
export const parseResponsesRequest = (body: unknown): ResponsesRequest => parse(asked, body);
export const parseCountRequest = (body: unknown): Pick<ResponsesRequest, 'input' | 'model'> =>
  parse(counted, body);
