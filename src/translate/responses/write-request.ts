import { createHash } from 'node:crypto';
import { GatewayError } from '../../base/errors.ts';
import type { Ask, JsonObject } from '../ask.ts';
import { nearestEffort } from '../chat/quirks.ts';
import type { WrittenRequest } from '../translation.ts';
import { type ModelTraits, traitsOf } from './model-traits.ts';
import type { Lose } from './read-content.ts';
import { writeInput } from './write-input.ts';

/** Less is a 400. */
const MIN_OUTPUT_TOKENS = 16;
const MAX_USER_LENGTH = 64;

const writeTools = (ask: Ask): JsonObject => {
  const tools = ask.tools.map((tool): JsonObject => {
    if (tool.kind === 'web_search') return { type: 'web_search' };
    const { name, description, parameters, strict = false } = tool;
    // Where nothing is said, the API takes a schema for a strict one.
    return { type: 'function', name, ...(description !== undefined && { description }), parameters, strict };
  });
  if (tools.length === 0) return {};
  const { toolChoice, parallelToolCalls } = ask;
  const choice = toolChoice?.kind === 'tool' ? { type: 'function', name: toolChoice.name } : toolChoice?.kind;
  return {
    tools,
    ...(choice !== undefined && { tool_choice: choice }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
};

const writeReasoning = (
  { effort, wantsReasoning }: Ask,
  { efforts }: ModelTraits,
  lose: Lose,
): JsonObject => {
  if (efforts.length === 0) {
    if (effort !== undefined && effort !== 'none') lose(`reasoning effort ${effort}`);
    return {};
  }
  const nearest = effort === undefined ? undefined : nearestEffort(effort, efforts);
  if (nearest !== effort) lose(`reasoning effort ${effort} (sent as ${nearest})`);
  const reasoning = {
    ...(nearest !== undefined && { effort: nearest }),
    ...(wantsReasoning && { summary: 'auto' }),
  };
  return Object.keys(reasoning).length === 0 ? {} : { reasoning };
};

const writeSampling = ({ temperature, topP, effort }: Ask, traits: ModelTraits, lose: Lose): JsonObject => {
  const isTaken = traits.sampling || (effort === 'none' && traits.efforts.includes('none'));
  const hasTemperature = temperature !== undefined && temperature !== 1;
  const hasTopP = topP !== undefined && topP !== 1;
  if (hasTemperature && !isTaken) lose('temperature');
  if (hasTopP && !isTaken) lose('top_p');
  if (!isTaken) return {};
  return { ...(hasTemperature && { temperature }), ...(hasTopP && { top_p: topP }) };
};

const writeText = ({ format, verbosity }: Ask): JsonObject => {
  const text = {
    ...(format?.kind === 'json' && { format: { type: 'json_object' } }),
    ...(format?.kind === 'schema' && {
      format: {
        type: 'json_schema',
        name: format.name,
        ...(format.description !== undefined && { description: format.description }),
        schema: format.schema,
        strict: format.strict ?? false,
      },
    }),
    ...(verbosity !== undefined && { verbosity }),
  };
  return Object.keys(text).length === 0 ? {} : { text };
};

const writeLimit = ({ maxOutputTokens }: Ask, lose: Lose): JsonObject => {
  if (maxOutputTokens === undefined) return {};
  if (maxOutputTokens < MIN_OUTPUT_TOKENS) lose(`max_output_tokens below ${MIN_OUTPUT_TOKENS}`);
  return { max_output_tokens: Math.max(maxOutputTokens, MIN_OUTPUT_TOKENS) };
};

/** Names that are too long stay the same name in every request. */
const shortUser = (user: string): string =>
  user.length <= MAX_USER_LENGTH ? user : createHash('sha256').update(user).digest('hex');

/** What counts as input, in a request for an answer and in one for the number of its tokens. */
const writePrompt = (ask: Ask, traits: ModelTraits, lose: Lose): JsonObject => {
  const input = writeInput(ask, lose);
  if (input.length === 0) {
    throw new GatewayError('invalid_request', 'the request has no message: send at least one with text', {
      param: 'messages',
    });
  }
  return {
    model: ask.model,
    input,
    ...writeTools(ask),
    ...writeReasoning(ask, traits, lose),
    ...writeText(ask),
  };
};

/**
 * @throws GatewayError invalid_request where the conversation is empty
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export const writeRequest = (ask: Ask): WrittenRequest => {
  const losses = new Set<string>();
  const lose: Lose = (what) => losses.add(what);
  const traits = traitsOf(ask.model);
  const body = {
    ...writePrompt(ask, traits, lose),
    ...writeLimit(ask, lose),
    ...writeSampling(ask, traits, lose),
    // Nothing is stored there, so thoughts go on only where the client brings them back.
    ...(traits.efforts.length > 0 && { include: ['reasoning.encrypted_content'] }),
    ...(ask.cacheKey !== undefined && { prompt_cache_key: ask.cacheKey.slice(0, MAX_USER_LENGTH) }),
    ...(ask.user !== undefined && { safety_identifier: shortUser(ask.user) }),
    store: false,
    stream: ask.stream,
  };
  const { stop = [] } = ask;
  if (stop.length > 0) lose('stop sequences (the gateway ends the answer there)');
  return {
    path: '/responses',
    body,
    headers: {},
    losses: [...losses],
    ...(stop.length > 0 && { stops: stop }),
  };
};

/** @see https://platform.openai.com/docs/api-reference/responses/input-tokens */
export const writeCountRequest = (ask: Ask): WrittenRequest => {
  const losses = new Set<string>();
  const body = writePrompt(ask, traitsOf(ask.model), (what) => losses.add(what));
  return { path: '/responses/input_tokens', body, headers: {}, losses: [...losses] };
};
