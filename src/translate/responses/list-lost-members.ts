import type { JsonObject } from '../../sse/json-object.ts';

/** What is read, echoed, or means nothing outside OpenAI: telemetry, and how its own events are padded. */
const CARRIED = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'text',
  'max_output_tokens',
  'temperature',
  'top_p',
  'stream',
  'stream_options',
  'prompt_cache_key',
  'safety_identifier',
  'user',
  'metadata',
  'client_metadata',
  'store',
  'include',
]);

/** Values that ask for what happens anyway. */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  background: [false],
  service_tier: ['auto', 'default'],
  truncation: ['disabled'],
  top_logprobs: [0],
};

const INCLUDED = new Set<unknown>(['reasoning.encrypted_content']);

/** The members of a Responses request that a provider of another API cannot be told. */
export const listLostMembers = (request: JsonObject): string[] => {
  const members = Object.entries(request)
    .filter(([name, value]) => !CARRIED.has(name) && value !== undefined && value !== null)
    .filter(([name, value]) => !DEFAULTS[name]?.includes(value))
    .map(([name]) => name);
  const included = Array.isArray(request.include) ? request.include : [];
  return [...members, ...included.filter((name) => !INCLUDED.has(name)).map((name) => `include ${name}`)];
};
