import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';

/** What is read, or is told as lost where it is read. */
const CARRIED = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'metadata',
  'thinking',
  'output_format',
  'output_config',
  'cache_control',
  'betas',
]);

/** Values that ask for what happens anyway. */
const DEFAULTS: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['service_tier', ['auto', 'standard_only']],
  ['speed', ['standard']],
]);

/** Betas of which what a request says is read, or that change only what Anthropic's own models do. */
const READ_BETAS =
  /^(?:claude-code|oauth|interleaved-thinking|redact-thinking|thinking-token-count|fine-grained-tool-streaming|prompt-caching|prompt-caching-scope|extended-cache-ttl|context-management|effort|structured-outputs|pdfs|token-counting|advanced-tool-use|token-efficient-tools|per-turn-control|mid-conversation-tool-changes)-/;

const isMarked = (block: JsonObject): boolean =>
  isObject(block.cache_control) || objectsOf(block.content).some(isMarked);

/** Whether the client marks what is to be cached: other providers find that out themselves. */
const hasCacheMarks = ({ cache_control: own, system, tools, messages }: JsonObject): boolean =>
  isObject(own) || [system, tools, messages].some((list) => objectsOf(list).some(isMarked));

/** Thoughts that are to be kept are what happens anyway. */
const isKeepingAll = (value: unknown): boolean =>
  isObject(value) &&
  objectsOf(value.edits).every(
    ({ type, keep }) => typeof type === 'string' && type.startsWith('clear_thinking_') && keep === 'all',
  );

/** @throws GatewayError invalid_request: the model would be without the tools of these servers */
const refuseServers = (servers: unknown): void => {
  if (objectsOf(servers).length === 0) return;
  throw new GatewayError(
    'invalid_request',
    '`mcp_servers` are reached by Anthropic, and this model is not asked there. Let the client connect to them itself and send their tools in `tools`.',
    { param: 'mcp_servers' },
  );
};

/**
 * The members of a Messages request that a provider of another API cannot be told.
 * @throws GatewayError invalid_request where the request names MCP servers
 */
export const listLostMembers = (request: JsonObject, betas: readonly string[]): string[] => {
  refuseServers(request.mcp_servers);
  const members = Object.entries(request)
    .filter(([name, value]) => !CARRIED.has(name) && value !== undefined && value !== null)
    .filter(([name, value]) => !DEFAULTS.get(name)?.includes(value))
    .filter(
      ([name, value]) => name !== 'mcp_servers' && !(name === 'context_management' && isKeepingAll(value)),
    )
    .map(([name]) => name);
  return [
    ...members,
    ...(hasCacheMarks(request) ? ['cache_control (the provider caches by itself)'] : []),
    ...betas.filter((beta) => !READ_BETAS.test(beta)).map((beta) => `beta ${beta}`),
  ];
};
