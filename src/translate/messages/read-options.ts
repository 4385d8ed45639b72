import { createHash } from 'node:crypto';
import { isObject, type JsonObject, nonEmptyString, parseJson, wordOf } from '../../base/json-object.ts';
import type { Ask, Effort } from '../ask.ts';
import { definedMembers, readEffort, readFormat } from '../responses/read-options.ts';
import type { Lose } from './read-parts.ts';

type Options = Omit<Ask, 'model' | 'items' | 'tools' | 'toolChoice' | 'parallelToolCalls' | 'stream'>;

/** Whether a client is given what the model thought. */
export type ThinkingForm =
  /** As text, with what the provider wants back as its signature. */
  | 'shown'
  /** What the provider wants back alone: the client asked for no thoughts, and its next turn needs them. */
  | 'sealed'
  | 'dropped';

/** Budgets up to these count as the effort; `budget_tokens` has a minimum of 1024. */
const EFFORTS_BY_BUDGET: ReadonlyArray<readonly [number, Effort]> = [
  [2048, 'minimal'],
  [8192, 'low'],
  [16_384, 'medium'],
  [32_768, 'high'],
];

const effortOfBudget = (budget: unknown): Effort | undefined => {
  if (typeof budget !== 'number') return undefined;
  return EFFORTS_BY_BUDGET.find(([most]) => budget <= most)?.[1] ?? 'xhigh';
};

/** @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
const readThinking = (
  { thinking, output_config: config }: JsonObject,
  lose: Lose,
): { readonly effort: Effort | undefined; readonly isOn: boolean; readonly isShown: boolean } => {
  const said = isObject(config) ? readEffort(config.effort, lose) : undefined;
  if (!isObject(thinking) || thinking.type === 'disabled') {
    const off = isObject(thinking) ? 'none' : undefined;
    return { effort: off ?? said, isOn: false, isShown: false };
  }
  const isShown = thinking.display !== 'omitted';
  if (thinking.type !== 'enabled') return { effort: said, isOn: true, isShown };
  if (said === undefined) lose('budget_tokens (sent as an effort)');
  return { effort: said ?? effortOfBudget(thinking.budget_tokens), isOn: true, isShown };
};

/** The longest name of a user that OpenAI takes. */
const MAX_USER_LENGTH = 64;

const shortUser = (user: string): string =>
  user.length <= MAX_USER_LENGTH ? user : createHash('sha256').update(user).digest('hex');

/** Claude Code names its session beside its user: `…_session_<uuid>`, or `{"session_id": …}`. */
const sessionOf = (user: string): string | undefined => {
  const named = parseJson(user);
  if (isObject(named)) return nonEmptyString(named.session_id);
  return /_session_([\w-]{8,64})$/.exec(user)?.[1];
};

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const formatOf = (request: JsonObject): unknown =>
  (isObject(request.output_config) ? request.output_config.format : undefined) ?? request.output_format;

const stopsOf = (stops: unknown): readonly string[] | undefined => {
  const words = Array.isArray(stops) ? stops.filter((word) => nonEmptyString(word) !== undefined) : [];
  return words.length > 0 ? words : undefined;
};

/** What the request says beside its conversation and its tools. */
export const readOptions = (
  request: JsonObject,
  lose: Lose,
): { readonly options: Options; readonly isOn: boolean; readonly isShown: boolean } => {
  const { effort, isOn, isShown } = readThinking(request, lose);
  const user = isObject(request.metadata) ? nonEmptyString(request.metadata.user_id) : undefined;
  if (user !== undefined && user.length > MAX_USER_LENGTH) lose('metadata.user_id (sent as its hash)');
  const { top_k: topK } = request;
  if (topK !== undefined && topK !== null) lose(`top_k ${wordOf(topK)}`);
  const options: Options = {
    wantsReasoning: isShown,
    ...definedMembers<Omit<Options, 'wantsReasoning'>>({
      effort,
      format: readFormat(formatOf(request) ?? undefined, lose),
      maxOutputTokens: numberOf(request.max_tokens),
      temperature: numberOf(request.temperature),
      topP: numberOf(request.top_p),
      stop: stopsOf(request.stop_sequences),
      cacheKey: user === undefined ? undefined : sessionOf(user),
      user: user === undefined ? undefined : shortUser(user),
    }),
  };
  return { options, isOn, isShown };
};
