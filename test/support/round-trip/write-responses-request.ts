import {
  type Call,
  type Conversation,
  FORMAT_SCHEMA,
  type ModelTurn,
  TOOLS,
  type Turn,
} from './conversation.ts';

type Item = Readonly<Record<string, unknown>>;

const callItem = ({ id, tool, input }: Call): Item => {
  const name = tool === 'spawn' ? 'spawn' : TOOLS[tool].wireName;
  if (typeof input === 'string') return { type: 'custom_tool_call', call_id: id, name, input };
  const named = tool === 'spawn' ? { name, namespace: 'agents' } : { name };
  return { type: 'function_call', call_id: id, ...named, arguments: JSON.stringify(input) };
};

const resultItem = ({ id, input, result }: Call): Item[] => {
  if (result === undefined) return [];
  const { text, image } = result;
  const output =
    image === undefined
      ? text
      : [
          { type: 'input_text', text },
          { type: 'input_image', image_url: image },
        ];
  const type = typeof input === 'string' ? 'custom_tool_call_output' : 'function_call_output';
  return [{ type, call_id: id, output }];
};

const modelItems = ({ thought, text, calls }: ModelTurn): Item[] => [
  ...(thought === undefined
    ? []
    : [{ type: 'reasoning', summary: [{ type: 'summary_text', text: thought }] }]),
  ...(text === undefined
    ? []
    : [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] }]),
  ...calls.map(callItem),
  // In the order in which they were done, which is not that of the calls.
  ...calls.toReversed().flatMap(resultItem),
];

const itemsOf = (turn: Turn): Item[] => {
  if (turn.by === 'model') return modelItems(turn);
  if (turn.by === 'developer') return [{ type: 'message', role: 'developer', content: turn.text }];
  const content = [
    ...turn.texts.map((text) => ({ type: 'input_text', text })),
    ...turn.images.map((image_url) => ({ type: 'input_image', image_url })),
  ];
  return [{ type: 'message', role: 'user', content }];
};

const { exec, patch, spawn } = TOOLS;
const WIRE_TOOLS = [
  {
    type: 'function',
    name: exec.wireName,
    description: exec.said,
    parameters: exec.parameters,
    strict: false,
  },
  {
    type: 'custom',
    name: patch.wireName,
    description: 'Edits files',
    format: { type: 'grammar', syntax: 'lark', definition: patch.said },
  },
  {
    type: 'namespace',
    name: 'agents',
    description: 'Agents',
    tools: [{ type: 'function', name: 'spawn', description: spawn.said, parameters: spawn.parameters }],
  },
];

/** The conversation as a client of the Responses API sends it. */
export const writeResponsesRequest = (
  { instructions, turns, options }: Conversation,
  model: string,
): Readonly<Record<string, unknown>> => ({
  model,
  instructions,
  input: turns.flatMap(itemsOf),
  tools: [...WIRE_TOOLS, ...(options.hasSearch ? [{ type: 'web_search' }] : [])],
  tool_choice: options.toolChoice,
  parallel_tool_calls: options.parallel,
  reasoning: { effort: options.effort },
  text: {
    verbosity: options.verbosity,
    ...(options.hasFormat && {
      format: { type: 'json_schema', name: 'verdict', schema: FORMAT_SCHEMA, strict: true },
    }),
  },
  temperature: options.temperature,
  top_p: options.topP,
  max_output_tokens: options.maxOutputTokens,
  safety_identifier: options.user,
  store: false,
  stream: options.isStream,
});
