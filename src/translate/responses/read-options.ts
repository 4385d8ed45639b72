import { isObject, type JsonObject, nonEmptyString, wordOf } from '../../base/json-object.ts';
import type { AnswerFormat, Ask, Effort } from '../ask.ts';
import type { Lose } from './read-content.ts';

type AskOptions = Omit<Ask, 'model' | 'items' | 'tools' | 'toolChoice' | 'stream' | 'stop'>;

const EFFORTS: ReadonlySet<unknown> = new Set<Effort>([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
]);
const isEffort = (value: unknown): value is Effort => EFFORTS.has(value);

export const readEffort = (value: unknown, lose: Lose): Effort | undefined => {
  if (value === undefined || value === null || isEffort(value)) return value ?? undefined;
  lose(`reasoning effort ${wordOf(value)}`);
  return undefined;
};

export const readVerbosity = (value: unknown, lose: Lose): Ask['verbosity'] => {
  if (value === 'low' || value === 'medium' || value === 'high') return value;
  if (value !== undefined && value !== null) lose(`verbosity ${wordOf(value)}`);
  return undefined;
};

/** @param format in the form of Responses, or the `json_schema` member of the chat form laid flat */
export const readFormat = (format: unknown, lose: Lose): AnswerFormat | undefined => {
  if (!isObject(format) || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.type !== 'json_schema') {
    lose(`answer format ${wordOf(format.type)}`);
    return undefined;
  }
  const description = nonEmptyString(format.description);
  return {
    kind: 'schema',
    name: nonEmptyString(format.name) ?? 'answer',
    schema: isObject(format.schema) ? format.schema : { type: 'object' },
    ...(description !== undefined && { description }),
    ...(typeof format.strict === 'boolean' && { strict: format.strict }),
  };
};

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Members of an object that have a value: an ask has no member that is undefined. */
export const definedMembers = <T extends object>(
  members: {
    readonly [Name in keyof T]: T[Name] | undefined;
  },
): Partial<T> => {
  const defined: Partial<T> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) defined[name] = value;
  }
  return defined;
};

const wantsSummary = (reasoning: JsonObject): boolean => {
  const summary = reasoning.summary ?? reasoning.generate_summary;
  return summary !== undefined && summary !== null && summary !== 'none';
};

/** What the request says beside its conversation and its tools. */
export const readOptions = (request: JsonObject, lose: Lose): AskOptions => {
  const reasoning = isObject(request.reasoning) ? request.reasoning : {};
  const text = isObject(request.text) ? request.text : {};
  return {
    wantsReasoning: wantsSummary(reasoning),
    ...definedMembers<Omit<AskOptions, 'wantsReasoning'>>({
      parallelToolCalls:
        typeof request.parallel_tool_calls === 'boolean' ? request.parallel_tool_calls : undefined,
      effort: readEffort(reasoning.effort, lose),
      verbosity: readVerbosity(text.verbosity, lose),
      format: readFormat(text.format, lose),
      maxOutputTokens: numberOf(request.max_output_tokens),
      temperature: numberOf(request.temperature),
      topP: numberOf(request.top_p),
      cacheKey: nonEmptyString(request.prompt_cache_key),
      user: nonEmptyString(request.safety_identifier) ?? nonEmptyString(request.user),
    }),
  };
};
