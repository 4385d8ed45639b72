import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { refusalOfImage } from '../translate/check-image.ts';
import { refusalOfAnthropic } from '../translate/check-tool-schema.ts';

const cache = {
  cache_control: z
    .strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
    .optional(),
};

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string().regex(/\S/, 'text content blocks must contain non-whitespace text'),
  ...cache,
});
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('base64'),
        media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
        data: z.base64().min(1),
      })
      .superRefine(({ media_type, data }, context) => {
        const message = refusalOfImage(media_type, data);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      }),
    z.strictObject({ type: z.literal('url'), url: z.url({ protocol: /^https$/ }) }),
  ]),
  ...cache,
});
const document = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: z.base64() }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
    z.strictObject({ type: z.literal('url'), url: z.url() }),
  ]),
  title: z.string().optional(),
  ...cache,
});
// No cache_control on a thought: the API refuses it.
const thinking = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string().min(1),
});
const redacted = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string().min(1) });
const id = z.string().regex(/^[a-zA-Z0-9_-]+$/, "String should match pattern '^[a-zA-Z0-9_-]+$'");
const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id,
  name: toolName,
  input: z.record(z.string(), z.unknown()),
  ...cache,
});
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: id,
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image, document]))]).optional(),
  is_error: z.boolean().optional(),
  ...cache,
});
const search = z.strictObject({
  type: z.literal('server_tool_use'),
  id: z.string().regex(/^srvtoolu_[a-zA-Z0-9_]+$/),
  name: z.literal('web_search'),
  input: z.record(z.string(), z.unknown()),
  ...cache,
});
const searchResult = z.strictObject({
  type: z.literal('web_search_tool_result'),
  tool_use_id: z.string(),
  content: z.array(
    z.strictObject({
      type: z.literal('web_search_result'),
      title: z.string(),
      url: z.string(),
      encrypted_content: z.string(),
      page_age: z.string().nullable().optional(),
    }),
  ),
  ...cache,
});

const effort = z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional();

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: z.union([
      z.string().regex(/\S/),
      z.array(z.discriminatedUnion('type', [text, image, document, toolResult])).min(1),
    ]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([
      z.string().regex(/\S/),
      z.array(z.discriminatedUnion('type', [text, thinking, redacted, toolUse, search, searchResult])).min(1),
    ]),
  }),
  z.strictObject({
    role: z.literal('system'),
    content: z.union([z.string(), z.array(text)]),
    // Beta, see `check-model.ts`.
    output_config: z.strictObject({ effort }).optional(),
  }),
]);

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const display = z.enum(['summarized', 'omitted']).optional();
const block_binding = z
  .strictObject({ prefix_mismatch_behavior: z.enum(['error', 'drop_block']).optional() })
  .optional();

const functionTool = z.strictObject({
  type: z.literal('custom').optional(),
  name: toolName,
  description: z.string().min(1).optional(),
  input_schema: z
    .looseObject({ type: z.literal('object') })
    .refine(
      (schema) => !('anyOf' in schema || 'oneOf' in schema || 'allOf' in schema),
      'input_schema does not support oneOf, allOf, or anyOf at the top level',
    )
    .superRefine((schema, context) => {
      const message = refusalOfAnthropic(schema, 'input_schema');
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  strict: z.boolean().optional(),
  defer_loading: z.boolean().optional(),
  ...cache,
});
const searchTool = z.strictObject({
  type: z.literal('web_search_20250305'),
  name: z.literal('web_search'),
  max_uses: z.int().positive().optional(),
  ...cache,
});

/** `POST /v1/messages`, as far as we have a use for it; what is not in it is refused, as there. */
const requestSchema = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1, 'at least one message is required'),
  system: z.union([z.string(), z.array(text)]).optional(),
  tools: z.array(z.union([searchTool, functionTool])).optional(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('auto'), ...parallel }),
      z.strictObject({ type: z.literal('any'), ...parallel }),
      z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
      z.strictObject({ type: z.literal('none') }),
    ])
    .optional(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('adaptive'), display, block_binding }),
      z.strictObject({
        type: z.literal('enabled'),
        budget_tokens: z.int().min(1024),
        display,
        block_binding,
      }),
      z.strictObject({ type: z.literal('disabled') }),
      z.strictObject({ type: z.literal('between_tools') }),
    ])
    .optional(),
  output_config: z
    .strictObject({
      effort,
      format: z
        .strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
        .optional(),
    })
    .optional(),
  stop_sequences: z.array(z.string().regex(/\S/)).optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  // Beta, see `check-model.ts`.
  context_management: z.looseObject({ edits: z.array(z.looseObject({})) }).optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).optional() }).optional(),
  stream: z.boolean().optional(),
});

export type MessagesRequest = z.infer<typeof requestSchema>;
export type RequestMessage = MessagesRequest['messages'][number];
export type RequestBlock = Exclude<RequestMessage['content'], string>[number];

/** The same type, where what may be absent may be undefined as well. */
type Loose<Type> = Type extends readonly (infer Item)[]
  ? Loose<Item>[]
  : Type extends object
    ? { [Name in keyof Type]: Loose<Type[Name]> | undefined }
    : Type;

// What passes here must pass the client's own types too: a schema that drifts does not compile.
type Official = Loose<
  Pick<MessageCreateParamsBase, Extract<keyof MessagesRequest, keyof MessageCreateParamsBase>>
>;
const asOfficial = ({ thinking: _beta, ...request }: MessagesRequest): Omit<Official, 'thinking'> => request;

/**
 * @throws Error with the API's words: the place, and what is wrong there
 */
export const parseRequest = (body: unknown): MessagesRequest => {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  asOfficial(parsed.data);
  return parsed.data;
};
