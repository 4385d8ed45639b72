import { refuse } from './check-conversation.ts';
import type { MessagesRequest } from './request-schema.ts';

/** Written down here once more, and by model, so that our own table is held against another. */
interface Model {
  readonly thinking: readonly string[];
  readonly efforts: readonly string[];
  readonly maxTokens: number;
  readonly sampling?: true;
  readonly forcedTools?: true;
  readonly prefill?: true;
  readonly systemMessages?: true;
  readonly preserved?: true;
}

const ALL = ['low', 'medium', 'high', 'xhigh', 'max'];

export const MODELS: Readonly<Record<string, Model>> = {
  'claude-fable-5-1': {
    thinking: ['adaptive'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    preserved: true,
  },
  'claude-fable-5': {
    thinking: ['adaptive'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    forcedTools: true,
  },
  'claude-opus-5-5': {
    thinking: ['adaptive'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    preserved: true,
  },
  'claude-sonnet-5-5': {
    thinking: ['adaptive', 'between_tools'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    preserved: true,
  },
  'claude-opus-5': {
    thinking: ['adaptive', 'disabled'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    forcedTools: true,
  },
  'claude-sonnet-5': {
    thinking: ['adaptive', 'disabled'],
    efforts: ALL,
    maxTokens: 128_000,
    forcedTools: true,
  },
  'claude-opus-4-8': {
    thinking: ['adaptive', 'disabled'],
    efforts: ALL,
    maxTokens: 128_000,
    systemMessages: true,
    forcedTools: true,
  },
  'claude-sonnet-4-6': {
    thinking: ['adaptive', 'disabled', 'enabled'],
    efforts: ['low', 'medium', 'high', 'max'],
    maxTokens: 128_000,
    sampling: true,
    forcedTools: true,
  },
  'claude-opus-4-5': {
    thinking: ['disabled', 'enabled'],
    efforts: ['low', 'medium', 'high'],
    maxTokens: 64_000,
    sampling: true,
    forcedTools: true,
    prefill: true,
  },
  'claude-haiku-4-5': {
    thinking: ['disabled', 'enabled'],
    efforts: [],
    maxTokens: 64_000,
    sampling: true,
    forcedTools: true,
    prefill: true,
  },
};

const checkThinking = ({ thinking, max_tokens, output_config }: MessagesRequest, model: Model): void => {
  const { type } = thinking ?? {};
  if (type !== undefined && !model.thinking.includes(type)) {
    refuse(`"thinking.type.${type}" is not supported for this model.`);
  }
  if (thinking?.type === 'enabled' && thinking.budget_tokens >= max_tokens) {
    refuse('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  const { effort } = output_config ?? {};
  if (effort !== undefined && !model.efforts.includes(effort)) {
    refuse(`output_config.effort: ${effort} is not supported for this model`);
  }
  const isOff = type === 'disabled' || type === 'between_tools';
  if (isOff && (effort === 'xhigh' || effort === 'max')) {
    refuse(`thinking.type.${type} is not supported at this effort`);
  }
};

/** Members that the API knows only with a beta header. */
const checkBetas = (request: MessagesRequest, betas: readonly string[]): void => {
  const { messages, thinking, context_management } = request;
  const has = (name: string): boolean => betas.some((beta) => beta.startsWith(name));
  const binding = thinking !== undefined && 'block_binding' in thinking ? thinking.block_binding : undefined;
  if (binding !== undefined && !has('thinking-binding-controls-')) {
    refuse('thinking.block_binding: Extra inputs are not permitted');
  }
  if (context_management !== undefined && !has('context-management-')) {
    refuse('context_management: Extra inputs are not permitted');
  }
  for (const [place, message] of messages.entries()) {
    if (message.role !== 'system') continue;
    const hasEffort = message.output_config !== undefined;
    if (hasEffort && !has('mid-conversation-output-config-') && !has('per-turn-control-')) {
      refuse(`messages.${place}.output_config: Extra inputs are not permitted`);
    }
    if (message.content.length === 0 && !hasEffort) refuse(`messages.${place}: content must not be empty`);
  }
};

/** What some models take and others refuse. */
export const checkModel = (request: MessagesRequest, betas: readonly string[]): void => {
  const model = MODELS[request.model] ?? refuse(`model: ${request.model}`);
  const { max_tokens, messages, temperature, top_p, tool_choice: choice, thinking } = request;
  checkThinking(request, model);
  if (max_tokens > model.maxTokens) refuse(`max_tokens: ${max_tokens} > ${model.maxTokens}`);
  const thinks = thinking?.type === 'enabled' || thinking?.type === 'adaptive';
  if (temperature !== undefined && (!model.sampling || (thinks && temperature !== 1))) {
    refuse('`temperature` is not supported here');
  }
  if (top_p !== undefined && (!model.sampling || thinks)) refuse('`top_p` is not supported here');
  if (temperature !== undefined && top_p !== undefined) {
    refuse('`temperature` and `top_p` cannot both be specified for this model.');
  }
  if (choice?.type === 'any' || choice?.type === 'tool') {
    if (!model.forcedTools) refuse('tool_choice: type "tool" and "any" are not supported for this model.');
    const isOff = thinking?.type === 'disabled' || (thinking === undefined && model.prefill);
    const isAlwaysOn = !model.thinking.includes('disabled');
    const isOffByDefault = thinking === undefined && (isAlwaysOn || /-4-/.test(request.model));
    if (!isOff && !isOffByDefault) refuse('Thinking may not be enabled when tool_choice forces tool use.');
  }
  if (messages.at(-1)?.role === 'assistant' && !model.prefill) {
    refuse('This model does not support assistant message prefill.');
  }
  if (messages.some(({ role }) => role === 'system') && !model.systemMessages) {
    refuse("role 'system' is not supported on this model");
  }
  checkBetas(request, betas);
};
