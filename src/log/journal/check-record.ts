import { isObject } from '../../base/json-object.ts';
import { RARE_COUNTS } from '../../sse/answer-summary.ts';
import type { ExchangeRecord } from '../record.ts';

/**
 * What a member may be. A list keeps those of its items that fit; an object loses the members that do not,
 * and is nothing itself where one that it needs is missing.
 */
type Shape =
  | 'text'
  | 'number'
  | 'flag'
  | 'time'
  | { readonly listOf: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly needs?: readonly string[] };

const texts = (...names: string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, 'text']));
const numbers = (...names: string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, 'number']));

const ERROR: Shape = { members: texts('origin', 'code', 'message'), needs: ['origin', 'code', 'message'] };
const QUOTA_WINDOW: Shape = {
  members: { ...numbers('usedPercent', 'windowMinutes'), resetsAt: 'time' },
  needs: ['usedPercent'],
};
const ATTEMPT: Shape = {
  members: { ...texts('provider', 'model'), ...numbers('status', 'startedMs', 'durationMs'), error: ERROR },
  needs: ['provider', 'durationMs'],
};

const MEMBERS: { readonly [Name in Exclude<keyof ExchangeRecord, 'schemaVersion'>]-?: Shape } = {
  id: 'text',
  startedAt: 'time',
  durationMs: 'number',
  sentMs: 'number',
  ttfbMs: 'number',
  overheadMs: 'number',
  method: 'text',
  path: 'text',
  clientAddress: 'text',
  status: 'number',
  probe: 'flag',
  transport: 'text',
  websocketMode: 'text',
  stream: 'flag',
  model: 'text',
  requestedModel: 'text',
  sentModel: 'text',
  findings: { listOf: 'text' },
  warnings: {
    listOf: {
      members: { ...texts('code', 'message', 'budget', 'tool'), count: 'number' },
      needs: ['code', 'message'],
    },
  },
  provider: 'text',
  upstream: 'text',
  upstreamModel: 'text',
  route: 'text',
  providerKey: 'text',
  balance: {
    members: { alias: 'text', strategy: 'text', reason: 'text', passedOver: { listOf: 'text' } },
    needs: ['alias', 'strategy', 'reason', 'passedOver'],
  },
  translation: {
    members: { dialect: 'text', losses: { listOf: 'text' }, caching: 'text' },
    needs: ['dialect', 'losses'],
  },
  attempts: { listOf: ATTEMPT },
  auth: 'text',
  keyId: 'text',
  userPath: 'text',
  labels: { listOf: 'text' },
  client: {
    members: texts(
      'name',
      'version',
      'originator',
      'sessionId',
      'threadId',
      'turnId',
      'repository',
      'policy',
    ),
  },
  request: { members: { encoding: 'text', ...numbers('wireBytes', 'bodyBytes') } },
  response: {
    members: {
      ...numbers('bytes', 'events', 'unreadableEvents'),
      finish: 'text',
      toolCalls: { listOf: 'text' },
      scriptCalls: { listOf: 'text' },
    },
  },
  usage: {
    members: numbers(
      'inputTokens',
      'cachedInputTokens',
      'cacheWriteTokens',
      'cacheWrite1hTokens',
      'inputAudioTokens',
      'cachedAudioTokens',
      'outputTokens',
      'reasoningTokens',
      'outputAudioTokens',
      'totalTokens',
      ...RARE_COUNTS,
    ),
  },
  serviceTier: 'text',
  costUsd: 'number',
  statedCostUsd: 'number',
  error: ERROR,
  quota: { members: { primary: QUOTA_WINDOW, secondary: QUOTA_WINDOW } },
  responseId: 'text',
  previousResponseId: 'text',
  sentAgainOf: 'text',
  upstreamRequestId: 'text',
  clientRequestId: 'text',
  trace: {
    members: { ...texts('traceId', 'parentId'), sampled: 'flag' },
    needs: ['traceId', 'parentId', 'sampled'],
  },
};

const RECORD: Shape = {
  members: MEMBERS,
  needs: ['id', 'startedAt', 'method', 'path', 'client', 'request', 'response'],
};

const fits = (value: unknown, shape: Shape): boolean => {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isFinite(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'time':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  }
  if ('listOf' in shape) return Array.isArray(value) && keepFittingItems(value, shape.listOf);
  return isObject(value) && keepFittingMembers(value, shape.members, shape.needs ?? []);
};

const keepFittingItems = (list: unknown[], shape: Shape): true => {
  if (!list.every((item) => fits(item, shape)))
    list.splice(0, Infinity, ...list.filter((item) => fits(item, shape)));
  return true;
};

const keepFittingMembers = (
  value: Record<string, unknown>,
  members: Readonly<Record<string, Shape>>,
  needs: readonly string[],
): boolean => {
  for (const name in members) {
    const member = value[name];
    if (member !== undefined && !fits(member, members[name] as Shape)) delete value[name];
  }
  return needs.every((name) => value[name] !== undefined);
};

/**
 * Whether a parsed value can be used as a record. Of a damaged or foreign line, members of another type than
 * this version knows are removed from the value, so that no reader has to expect them; members that it does
 * not know stay.
 */
export const isUsableRecord = (value: unknown): value is ExchangeRecord => fits(value, RECORD);
