import { z } from 'zod';

// The documented request, strictly: a member that is not in it is refused, as the real ones do.
const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  // OpenRouter's, checked by `check-conversation.ts`.
  cache_control: z.strictObject({ type: z.literal('ephemeral') }).optional(),
});
const image = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string().regex(/^(?:https?:\/\/|data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
});
const file = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({ file_data: z.string().startsWith('data:'), filename: z.string().min(1) }),
});
const texts = z.union([z.string(), z.array(text).min(1)]);

const call = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), arguments: z.string() }),
});
const detail = z.looseObject({ type: z.string().startsWith('reasoning.') });

/** Members beyond the documented ones that a provider knows on an assistant's message. */
const THOUGHTS = {
  reasoning_content: z.string().optional(),
  reasoning: z.string().optional(),
  reasoning_details: z.array(detail).min(1).optional(),
};

const instruction = z.strictObject({ role: z.enum(['system', 'developer']), content: texts });
const user = z.strictObject({
  role: z.literal('user'),
  content: z.union([z.string().min(1), z.array(z.union([text, image, file])).min(1)]),
});
const assistant = z
  .strictObject({
    role: z.literal('assistant'),
    content: texts.nullable().optional(),
    refusal: z.string().nullable().optional(),
    tool_calls: z.array(call).min(1).optional(),
    ...THOUGHTS,
  })
  .refine(({ content, refusal, tool_calls }) => Boolean(content || refusal || tool_calls), {
    message: "expected a string, got null. 'content' is required unless there are tool calls",
  });
const tool = z.strictObject({
  role: z.literal('tool'),
  tool_call_id: z.string().min(1),
  // Some refuse an empty one, and nobody needs it.
  content: z.union([z.string().min(1), z.array(text).min(1)]),
});

const functionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.looseObject({ type: z.literal('object') }),
    strict: z.boolean().optional(),
  }),
});
const format = z.union([
  z.strictObject({ type: z.enum(['text', 'json_object']) }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      description: z.string().optional(),
      schema: z.looseObject({}),
      strict: z.boolean().optional(),
    }),
  }),
]);

const schema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(z.union([instruction, user, assistant, tool])).min(1),
  tools: z.array(functionTool).min(1).optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: format.optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  reasoning: z.strictObject({ effort: z.string() }).optional(),
  reasoning_split: z.literal(true).optional(),
  enable_thinking: z.boolean().optional(),
  tool_stream: z.literal(true).optional(),
  reasoning_format: z.enum(['parsed', 'raw', 'hidden']).optional(),
  thinking: z
    .strictObject({ type: z.enum(['enabled', 'disabled']), clear_thinking: z.boolean().optional() })
    .optional(),
  verbosity: z.enum(['low', 'medium', 'high']).optional(),
  prompt_cache_key: z.string().optional(),
  safety_identifier: z.string().optional(),
  user: z.string().optional(),
});

export type ChatRequest = z.infer<typeof schema>;
export type RequestMessage = ChatRequest['messages'][number];
export type AssistantMessage = Extract<RequestMessage, { role: 'assistant' }>;

/** @throws Error in the words of the API */
export const parseChatRequest = (body: unknown): ChatRequest => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Error(`Invalid request: ${z.prettifyError(parsed.error)}`);
};
