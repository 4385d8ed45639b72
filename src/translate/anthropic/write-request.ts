import type {
  MessageCreateParamsBase,
  OutputConfig,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { GatewayError } from '../../base/errors.ts';
import type { Ask } from '../ask.ts';
import { goesOn, namedMarks } from '../prompt-caching.ts';
import type { WrittenRequest } from '../translation.ts';
import { fitSchema } from './fit-schema.ts';
import { markCache } from './mark-cache.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import { writeMessages } from './write-messages.ts';
import { type Lose, textBlocks } from './write-parts.ts';
import { planThinking, type ThinkingPlan } from './write-thinking.ts';
import { writeToolChoice, writeTools } from './write-tools.ts';

/** @see https://platform.claude.com/docs/en/api/versioning */
const API_VERSION = '2023-06-01';

/** Room for a long patch and the thoughts before it; more would cut into a small context window. */
const DEFAULT_MAX_TOKENS = { adaptive: 64_000, budget: 32_000, none: 8192 } as const;
const MAX_USER_LENGTH = 256;

const maxTokensOf = (ask: Ask, traits: ModelTraits, lose: Lose): number => {
  const limit = Math.min(traits.maxOutputTokens, ask.outputLimit ?? Number.POSITIVE_INFINITY);
  const { maxOutputTokens: wanted = Math.min(limit, DEFAULT_MAX_TOKENS[traits.thinking]) } = ask;
  if (wanted > limit) lose(`max_output_tokens above ${limit}`);
  return Math.max(1, Math.min(wanted, limit));
};

interface Format {
  readonly format?: NonNullable<OutputConfig['format']>;
  /** The same in words, where the model cannot be held to it. */
  readonly system: TextBlockParam[];
}

const writeFormat = ({ format }: Ask, traits: ModelTraits, lose: Lose): Format => {
  if (format === undefined) return { system: [] };
  if (format.kind === 'json') {
    lose('json_object format (asked for in words)');
    return { system: textBlocks('Answer with one JSON object and nothing else, not even a code fence.') };
  }
  if (traits.structuredOutputs) {
    return { format: { type: 'json_schema', schema: fitSchema(format.schema) }, system: [] };
  }
  lose('json_schema format (asked for in words)');
  const schema = JSON.stringify(format.schema);
  const words = `Answer with JSON that is valid by this schema, and nothing else, not even a code fence:\n${schema}`;
  return { system: textBlocks(words) };
};

interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
}

/** Newer models refuse both; the others take one of the two, and none beside thinking. 1 is the default. */
const writeSampling = (
  { temperature, topP }: Ask,
  traits: ModelTraits,
  { thinks }: ThinkingPlan,
  lose: Lose,
): Sampling => {
  const isTaken = traits.sampling && !thinks;
  const hasTemperature = temperature !== undefined && temperature !== 1;
  const hasTopP = topP !== undefined && topP !== 1;
  if (hasTemperature && !isTaken) lose('temperature');
  if (hasTemperature && isTaken && temperature > 1) lose('temperature above 1');
  if (hasTopP && (!isTaken || hasTemperature)) lose('top_p');
  if (!isTaken) return {};
  if (hasTemperature) return { temperature: Math.min(temperature, 1) };
  return hasTopP ? { top_p: topP } : {};
};

const writeStop = ({ stop = [] }: Ask, lose: Lose): { stop_sequences?: string[] } => {
  const readable = stop.filter((sequence) => /\S/.test(sequence));
  if (readable.length < stop.length) lose('stop sequence of blanks');
  return readable.length > 0 ? { stop_sequences: readable } : {};
};

const writeUser = ({ user }: Ask, lose: Lose): { metadata?: { user_id: string } } => {
  if (user === undefined || user === '') return {};
  if (user.length <= MAX_USER_LENGTH) return { metadata: { user_id: user } };
  lose('name of the user, which is too long');
  return {};
};

/**
 * @throws GatewayError invalid_request where the conversation is empty
 * @see https://platform.claude.com/docs/en/api/messages/create
 */
export const writeRequest = (ask: Ask): WrittenRequest => {
  const losses = new Set<string>();
  const lose: Lose = (what) => losses.add(what);
  const traits = traitsOf(ask.model);

  const { system, messages } = writeMessages({ items: ask.items, model: ask.model, traits, lose });
  if (messages.length === 0) {
    throw new GatewayError('invalid_request', 'the request has no message: send at least one with text', {
      param: 'input',
    });
  }
  const maxTokens = maxTokensOf(ask, traits, lose);
  const plan = planThinking({ ask, traits, maxTokens, messages, lose });
  const { format, system: formatInWords } = writeFormat(ask, traits, lose);
  const tools = writeTools(ask, traits, lose);
  const toolChoice = tools.length === 0 ? undefined : writeToolChoice(ask, traits, lose);
  if (ask.verbosity === 'low' || ask.verbosity === 'high') lose('verbosity');

  const prompt = { tools, system: [...system, ...formatInWords], messages };
  const cached =
    ask.promptCaching === false
      ? { ...prompt, marks: 0 }
      : markCache(prompt, { goesOn: goesOn(ask), minTokens: traits.minCachedTokens });
  const outputConfig: OutputConfig = {
    ...(plan.effort === undefined ? {} : { effort: plan.effort }),
    ...(format === undefined ? {} : { format }),
  };
  const body = {
    model: ask.model,
    max_tokens: maxTokens,
    ...(cached.system.length === 0 ? {} : { system: cached.system }),
    messages: cached.messages,
    ...(cached.tools.length === 0 ? {} : { tools: cached.tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...writeStop(ask, lose),
    ...writeUser(ask, lose),
    stream: ask.stream,
  } satisfies MessageCreateParamsBase;
  return {
    path: '/messages',
    body: {
      ...body,
      ...(plan.thinking === undefined ? {} : { thinking: plan.thinking }),
      ...writeSampling(ask, traits, plan, lose),
    },
    headers: {
      'anthropic-version': API_VERSION,
      ...(plan.betas.length === 0 ? {} : { 'anthropic-beta': plan.betas.join(',') }),
    },
    losses: [...losses],
    ...(cached.marks > 0 && { caching: namedMarks(cached.marks) }),
  };
};
