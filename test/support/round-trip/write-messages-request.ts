import {
  type Call,
  type Conversation,
  FORMAT_SCHEMA,
  type ModelTurn,
  TOOLS,
  type Turn,
} from './conversation.ts';

type Block = Readonly<Record<string, unknown>>;
interface Message {
  readonly role: string;
  readonly content: readonly Block[];
}

const imageOf = (url: string): Block => {
  const [, media_type, data] = /^data:([^;]+);base64,(.*)$/.exec(url) ?? [];
  return { type: 'image', source: { type: 'base64', media_type, data } };
};

const inputOf = ({ input }: Call): object => (typeof input === 'string' ? { input } : input);

const callBlock = (call: Call): Block => ({
  type: 'tool_use',
  id: call.id,
  name: TOOLS[call.tool].wireName,
  input: inputOf(call),
});

const resultBlock = ({ id, result }: Call): Block[] => {
  if (result === undefined) return [];
  const { text, image } = result;
  const content = [{ type: 'text', text }, ...(image === undefined ? [] : [imageOf(image)])];
  return [{ type: 'tool_result', tool_use_id: id, content }];
};

const modelMessages = ({ thought, text, calls }: ModelTurn): Message[] => {
  const content = [
    ...(thought === undefined
      ? []
      : [{ type: 'thinking', thinking: thought, signature: 'of-another-model' }]),
    ...(text === undefined ? [] : [{ type: 'text', text }]),
    ...calls.map(callBlock),
  ];
  const results = calls.toReversed().flatMap(resultBlock);
  return [
    ...(content.length > 0 ? [{ role: 'assistant', content }] : []),
    ...(results.length > 0 ? [{ role: 'user', content: results }] : []),
  ];
};

const messagesOf = (turn: Turn): Message[] => {
  if (turn.by === 'model') return modelMessages(turn);
  if (turn.by === 'developer') return [{ role: 'system', content: [{ type: 'text', text: turn.text }] }];
  return [
    {
      role: 'user',
      content: [...turn.texts.map((text) => ({ type: 'text', text })), ...turn.images.map(imageOf)],
    },
  ];
};

const CACHED = { cache_control: { type: 'ephemeral' } };

const choiceOf = (choice: Conversation['options']['toolChoice']): Block | undefined => {
  if (choice === undefined) return undefined;
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
};

/** What of a conversation Anthropic's API can say. */
export const asMessagesSays = ({ options, ...rest }: Conversation): Conversation => ({
  ...rest,
  options: {
    ...options,
    verbosity: undefined,
    hasSearch: false,
    effort: options.effort === 'minimal' ? 'low' : options.effort,
    // Said with a choice.
    parallel:
      options.toolChoice === undefined || options.toolChoice === 'none' ? undefined : options.parallel,
  },
});

/** The conversation as a client of the Messages API sends it. */
export const writeMessagesRequest = (
  { instructions, turns, options }: Conversation,
  model: string,
): Block => {
  const { effort, parallel, toolChoice, temperature, topP, maxOutputTokens = 8192, user } = options;
  const choice = choiceOf(toolChoice);
  const outputConfig = {
    ...(effort !== undefined && effort !== 'none' && { effort }),
    ...(options.hasFormat && { format: { type: 'json_schema', schema: FORMAT_SCHEMA } }),
  };
  return {
    model,
    max_tokens: maxOutputTokens,
    ...(instructions !== undefined && { system: [{ type: 'text', text: instructions, ...CACHED }] }),
    messages: turns.flatMap(messagesOf),
    tools: Object.values(TOOLS).map(({ wireName, said, parameters }) => ({
      name: wireName,
      description: said,
      input_schema: parameters ?? { type: 'object', properties: { input: { type: 'string' } } },
    })),
    ...(choice !== undefined && {
      tool_choice: { ...choice, ...(parallel === false && { disable_parallel_tool_use: true }) },
    }),
    ...(effort === 'none' && { thinking: { type: 'disabled' } }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(user !== undefined && { metadata: { user_id: user } }),
    stream: options.isStream,
  };
};
