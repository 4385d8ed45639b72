import type { JsonObject } from '../../base/json-object.ts';

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
const DEFAULTS: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['background', [false]],
  ['service_tier', ['auto', 'default']],
  ['truncation', ['disabled']],
  ['top_logprobs', [0]],
]);

const INCLUDED = new Set<unknown>(['reasoning.encrypted_content']);

/** The members of a Responses request that a provider of another API cannot be told. */
export const listLostMembers = (request: JsonObject): string[] => {
  const members = Object.entries(request)
    .filter(([name, value]) => !CARRIED.has(name) && value !== undefined && value !== null)
    .filter(([name, value]) => !DEFAULTS.get(name)?.includes(value))
    .map(([name]) => name);
  const included: unknown[] = Array.isArray(request.include) ? request.include : [];
  const lost = included.filter((name) => typeof name === 'string' && !INCLUDED.has(name));
  return [...members, ...lost.map((name) => `include ${name}`)];
};
