import { refusalOfDataUrl } from '../translate/check-image.ts';
import { refusalOfGrammar, refusalOfOpenAi } from '../translate/check-tool-schema.ts';
import type { AssistantMessage, ChatRequest, RequestMessage } from './request-schema.ts';

/** Whose API the double is of: what each refuses beyond the documented form. */
export type Flavour =
  | 'openai'
  | 'deepseek'
  | 'openrouter'
  | 'mistral'
  | 'groq'
  | 'moonshot'
  | 'minimax'
  | 'alibaba'
  | 'zai'
  | 'template'
  /** A template behind a server that takes no `null` for a text. */
  | 'local';

const refuse = (holds: boolean, message: string): void => {
  if (!holds) throw new Error(message);
};

/** Every call is answered at once, and every answer has its call. */
const checkCalls = (messages: readonly RequestMessage[]): void => {
  let waiting = new Set<string>();
  for (const [place, message] of messages.entries()) {
    if (message.role === 'tool') {
      refuse(
        waiting.delete(message.tool_call_id),
        `Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls' (messages.[${place}])`,
      );
      continue;
    }
    refuse(
      waiting.size === 0,
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. These had none: ${[...waiting].join(', ')}`,
    );
    if (message.role !== 'assistant') continue;
    const ids = message.tool_calls?.map(({ id }) => id) ?? [];
    waiting = new Set(ids);
    refuse(waiting.size === ids.length, `Duplicate ids of tool calls (messages.[${place}])`);
  }
  refuse(waiting.size === 0, `These calls had no response: ${[...waiting].join(', ')}`);
};

const checkMembers = (request: ChatRequest): void => {
  const { tools, tool_choice, parallel_tool_calls, stream, stream_options, response_format } = request;
  if (tools === undefined) {
    refuse(tool_choice === undefined, "'tool_choice' is only allowed when 'tools' are specified.");
    refuse(
      parallel_tool_calls === undefined,
      "'parallel_tool_calls' is only allowed when 'tools' are specified.",
    );
  }
  const names = tools?.map((tool) => tool.function.name) ?? [];
  refuse(new Set(names).size === names.length, 'Tool names must be unique.');
  if (typeof tool_choice === 'object') {
    refuse(names.includes(tool_choice.function.name), "Tool choice: function not found in 'tools'.");
  }
  refuse(stream_options === undefined || stream === true, "'stream_options' needs 'stream'.");
  if (response_format?.type === 'json_object') {
    const isNamed = /json/i.test(JSON.stringify(request.messages));
    refuse(isNamed, "'messages' must contain the word 'json' in some form.");
  }
};

const refuseIf = (refusal: string | undefined): void => {
  if (refusal !== undefined) throw new Error(refusal);
};

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** Templates and providers parse the arguments of the whole history. */
const checkArguments = (messages: readonly RequestMessage[]): void => {
  for (const { tool_calls = [] } of assistants(messages)) {
    for (const { function: called } of tool_calls) {
      refuse(isJsonObject(called.arguments), `Invalid arguments of ${called.name}: not a JSON object`);
    }
  }
};

/** The tools that one request may declare; a local server has no limit. */
const MAX_TOOLS = 128;

const checkTools = ({ tools = [], response_format }: ChatRequest, flavour: Flavour): void => {
  for (const tool of tools) refuseIf(refusalOfOpenAi(tool.function.parameters, tool.function.name));
  if (flavour !== 'template') {
    refuse(tools.length <= MAX_TOOLS, `Invalid 'tools': array too long. Expected at most ${MAX_TOOLS}.`);
  }
  if (['groq', 'minimax', 'alibaba', 'template'].includes(flavour)) {
    const isPair = tools.length > 0 && response_format !== undefined && response_format.type !== 'text';
    refuse(!isPair, 'json mode cannot be combined with tool/function calling');
  }
};

/** Whose models see no images, by the names that the tests give them. */
const BLIND: Readonly<Partial<Record<Flavour, RegExp>>> = {
  deepseek: /./,
  minimax: /./,
  alibaba: /coder/,
  zai: /glm-\d\.\d$/,
  groq: /gpt-oss|qwen|kimi|llama-3/,
};

const checkImages = ({ model, messages }: ChatRequest, flavour: Flavour): void => {
  const isBlind = BLIND[flavour]?.test(model) === true;
  for (const { role, content } of messages) {
    if (role !== 'user' || typeof content === 'string') continue;
    for (const part of content) {
      if (part.type !== 'image_url') continue;
      refuse(!isBlind, 'unknown variant `image_url`, expected `text`');
      refuseIf(refusalOfDataUrl(part.image_url.url));
    }
  }
};

const isInstruction = ({ role }: RequestMessage): boolean => role === 'system' || role === 'developer';

/** As the chat templates of many models have it. */
const checkInstructions = (messages: readonly RequestMessage[]): void => {
  refuse(!messages.slice(1).some(isInstruction), 'System message must be at the beginning.');
};

/** What may come after what, as chat templates have it. */
const checkOrder = (messages: readonly RequestMessage[], bridged: boolean): void => {
  for (const [place, message] of messages.entries()) {
    const before = messages[place - 1];
    if (before === undefined) continue;
    const isTwice = before.role === 'user' && message.role === 'user';
    refuse(!isTwice, 'Conversation roles must alternate user/assistant/user/assistant/...');
    if (bridged && before.role === 'tool') {
      refuse(message.role !== 'user', "Unexpected role 'user' after role 'tool'");
    }
  }
};

const assistants = (messages: readonly RequestMessage[]): AssistantMessage[] =>
  messages.filter((message) => message.role === 'assistant');

/** Members that another provider's API does not know. */
const FOREIGN: Readonly<Record<Exclude<Flavour, 'local'>, readonly string[]>> = {
  openai: ['reasoning', 'thinking', 'max_tokens'],
  deepseek: ['reasoning', 'verbosity', 'prompt_cache_key', 'safety_identifier', 'parallel_tool_calls'],
  openrouter: ['reasoning_effort', 'thinking', 'safety_identifier'],
  groq: ['reasoning', 'thinking', 'verbosity', 'max_tokens', 'prompt_cache_key', 'safety_identifier'],
  mistral: [
    'reasoning',
    'reasoning_effort',
    'thinking',
    'stream_options',
    'verbosity',
    'user',
    'max_completion_tokens',
  ],
  moonshot: ['reasoning', 'max_tokens', 'parallel_tool_calls', 'temperature', 'top_p', 'verbosity'],
  minimax: ['reasoning', 'reasoning_effort', 'thinking', 'parallel_tool_calls', 'verbosity'],
  alibaba: ['reasoning', 'reasoning_effort', 'thinking', 'verbosity'],
  zai: ['reasoning', 'stream_options', 'parallel_tool_calls', 'max_completion_tokens', 'verbosity'],
  template: ['reasoning', 'thinking', 'verbosity'],
};
const FOREIGN_THOUGHTS: Readonly<Record<Exclude<Flavour, 'local'>, readonly (keyof AssistantMessage)[]>> = {
  openai: ['reasoning_content', 'reasoning', 'reasoning_details'],
  deepseek: ['reasoning', 'reasoning_details'],
  openrouter: ['reasoning_content'],
  mistral: ['reasoning_content', 'reasoning', 'reasoning_details'],
  groq: ['reasoning_content', 'reasoning_details'],
  moonshot: ['reasoning', 'reasoning_details'],
  minimax: ['reasoning_content'],
  alibaba: ['reasoning_details'],
  zai: ['reasoning', 'reasoning_details'],
  template: ['reasoning_details'],
};

/** Anthropic's marks, which only OpenRouter passes on, and never on an empty text. */
const checkMarks = ({ messages }: ChatRequest, flavour: Flavour): void => {
  const marked = messages
    .flatMap(({ content }): readonly object[] => (Array.isArray(content) ? content : []))
    .filter((part) => 'cache_control' in part);
  refuse(marked.length === 0 || flavour === 'openrouter', 'Unrecognized request argument: cache_control');
  refuse(
    marked.length <= 4,
    `A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`,
  );
  refuse(
    marked.every((part) => 'text' in part && part.text !== ''),
    'cache_control cannot be set for empty text blocks',
  );
};

/** As Amazon's Converse API has it, and DeepSeek's models need it. */
const checkCalled = ({ messages, tools }: ChatRequest): void => {
  const calls = assistants(messages).some(({ tool_calls = [] }) => tool_calls.length > 0);
  refuse(
    !calls || tools !== undefined,
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  );
};

/** @throws Error in the words of the API */
export const checkConversation = (request: ChatRequest, given: Flavour): void => {
  const { messages } = request;
  const flavour = given === 'local' ? 'template' : given;
  if (given === 'local') {
    refuse(!messages.some(({ content }) => content === null), 'invalid message content type: <nil>');
    for (const { function: declared } of request.tools ?? []) {
      refuseIf(refusalOfGrammar(declared.parameters, declared.name));
    }
  }
  if (flavour === 'openrouter' || flavour === 'deepseek') checkCalled(request);
  checkCalls(messages);
  checkMembers(request);
  checkArguments(messages);
  checkTools(request, flavour);
  checkImages(request, flavour);
  checkMarks(request, flavour);
  for (const name of FOREIGN[flavour]) refuse(!(name in request), `Unrecognized request argument: ${name}`);
  for (const message of assistants(messages)) {
    for (const name of FOREIGN_THOUGHTS[flavour]) {
      refuse(message[name] === undefined, `Unrecognized member of a message: ${name}`);
    }
    if ((flavour === 'deepseek' || flavour === 'moonshot') && message.tool_calls !== undefined) {
      refuse(
        message.reasoning_content !== undefined,
        'The `reasoning_content` in the thinking mode must be passed back to the API.',
      );
    }
    if (flavour === 'mistral') {
      const ids = message.tool_calls?.map(({ id }) => id) ?? [];
      refuse(
        ids.every((id) => /^[a-zA-Z0-9]{9}$/.test(id)),
        'Tool call id must be a-z, A-Z, 0-9, with a length of 9.',
      );
    }
  }
  if (flavour !== 'openai') {
    refuse(!messages.some(({ role }) => role === 'developer'), 'unknown variant `developer`');
  }
  if (flavour === 'deepseek' || flavour === 'zai') {
    refuse(request.response_format?.type !== 'json_schema', 'This response_format type is unavailable now');
  }
  if (!['openai', 'deepseek', 'moonshot', 'zai'].includes(flavour)) checkInstructions(messages);
  if (flavour === 'mistral' || flavour === 'template') checkOrder(messages, flavour === 'mistral');
};
