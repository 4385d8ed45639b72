import type { Ask, JsonObject } from '../ask.ts';
import { goesOn, namedMarks } from '../prompt-caching.ts';
import type { WrittenRequest } from '../translation.ts';
import { markCache } from './mark-cache.ts';
import { orderMessages, withUser } from './order-messages.ts';
import { type ChatQuirks, nearestEffort } from './quirks.ts';
import type { Lose } from './write-content.ts';
import { writeMessages } from './write-messages.ts';

const writeTools = (ask: Ask, quirks: ChatQuirks, lose: Lose): JsonObject => {
  const tools = ask.tools.flatMap((tool): JsonObject[] => {
    if (tool.kind === 'web_search') {
      lose('web_search tool');
      return [];
    }
    const { name, description, parameters, strict } = tool;
    if (strict && !quirks.strictTools) lose('strict schema of a tool');
    const members = {
      name,
      ...(description !== undefined && { description }),
      parameters,
      ...(strict && quirks.strictTools && { strict }),
    };
    return [{ type: 'function', function: members }];
  });
  if (tools.length === 0) return {};
  const parallel = ask.parallelToolCalls;
  if (parallel === false && quirks.parallelToolCalls === false) lose('parallel_tool_calls');
  return {
    tools,
    ...writeToolChoice(ask.toolChoice, quirks, lose),
    ...(parallel !== undefined && quirks.parallelToolCalls !== false && { parallel_tool_calls: parallel }),
  };
};

const writeToolChoice = (choice: Ask['toolChoice'], quirks: ChatQuirks, lose: Lose): JsonObject => {
  if (choice === undefined) return {};
  const isForced = choice.kind === 'tool' || choice.kind === 'required';
  if (isForced && quirks.toolChoice === false) {
    lose('tool_choice');
    return {};
  }
  if (choice.kind !== 'tool') return { tool_choice: choice.kind };
  return { tool_choice: { type: 'function', function: { name: choice.name } } };
};

const writeFormat = (format: Ask['format']): JsonObject => {
  if (format === undefined) return {};
  if (format.kind === 'json') return { response_format: { type: 'json_object' } };
  const { kind: _, ...schema } = format;
  return { response_format: { type: 'json_schema', json_schema: schema } };
};

const THREE_EFFORTS = ['low', 'medium', 'high'] as const;

const writeReasoning = ({ model, effort }: Ask, quirks: ChatQuirks, lose: Lose): JsonObject => {
  const efforts = quirks.efforts?.(model) ?? THREE_EFFORTS;
  const nearest = effort === undefined ? undefined : nearestEffort(effort, efforts);
  if (nearest !== effort) lose(`reasoning effort ${effort}`);
  if (quirks.extraMembers !== undefined) return quirks.extraMembers(nearest, model);
  return nearest === undefined ? {} : { reasoning_effort: nearest };
};

const writeUser = ({ user }: Ask, { userMember }: ChatQuirks, lose: Lose): JsonObject => {
  if (user === undefined) return {};
  if (userMember !== undefined) return { [userMember]: user };
  lose('user');
  return {};
};

const writeSampling = ({ model, temperature, topP }: Ask, quirks: ChatQuirks, lose: Lose): JsonObject => {
  if (quirks.sampling?.(model) === false) {
    if (temperature !== undefined) lose('temperature');
    if (topP !== undefined) lose('top_p');
    return {};
  }
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { top_p: topP }) };
};

/** OpenAI and most who copied its API refuse more. */
const MAX_STOPS = 4;

/** @see https://platform.openai.com/docs/api-reference/chat/create */
export const writeRequest = (ask: Ask, quirks: ChatQuirks): WrittenRequest => {
  const losses = new Set<string>();
  const lose: Lose = (what) => {
    losses.add(what);
  };
  const { format, verbosity, maxOutputTokens } = ask;
  const stream = ask.stream || quirks.streamsOnly?.(ask.model) === true;
  if (verbosity !== undefined && verbosity !== 'medium' && !quirks.verbosity) lose('verbosity');
  const written = writeMessages(ask, quirks, lose);
  // With an empty input, Codex has LM Studio load a model. Templates want a message, and one that is not empty.
  const spoken: typeof written = written.length > 0 ? written : [{ role: 'user', content: ' ' }];
  const messages = quirks.developerRole ? spoken : withUser(spoken, lose);
  const tools = writeTools(ask, quirks, lose);
  const ordered = orderMessages(messages, quirks.order, lose);
  const { stop: stops = [] } = ask;
  const { maxStops = MAX_STOPS } = quirks;
  const cache = ask.promptCaching === false ? undefined : quirks.cacheMarks?.(ask.model);
  const cached = cache
    ? markCache(tools.tools, ordered, { goesOn: goesOn(ask), ...cache })
    : { messages: ordered, marks: 0 };
  const body: JsonObject = {
    model: ask.model,
    messages: cached.messages,
    ...tools,
    ...writeFormat(format),
    ...writeReasoning(ask, quirks, lose),
    ...(verbosity !== undefined && quirks.verbosity && { verbosity }),
    ...(maxOutputTokens !== undefined && { [quirks.maxTokensMember ?? 'max_tokens']: maxOutputTokens }),
    ...writeSampling(ask, quirks, lose),
    ...(stops.length > 0 && { stop: stops.slice(0, maxStops) }),
    ...(ask.cacheKey !== undefined && quirks.cacheKey && { prompt_cache_key: ask.cacheKey }),
    ...writeUser(ask, quirks, lose),
    stream,
    ...(stream && quirks.includeUsage !== false && { stream_options: { include_usage: true } }),
  };
  return {
    path: '/chat/completions',
    body,
    headers: {},
    losses: [...losses],
    ...(stops.length > maxStops && { stops: stops.slice(maxStops) }),
    ...(cached.marks > 0 && { caching: namedMarks(cached.marks) }),
  };
};
