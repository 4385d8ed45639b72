import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject } from '../../base/json-object.ts';

/** Names of scopes that GoModel has with a `subject` beside them; ours have both in one text. */
const KINDS = ['user_path', 'label', 'key', 'provider', 'model'] as const;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `{"scope":"label","subject":"ci"}` as `label:ci`; a text of ours stays what it is. */
const scopeOf = ({ scope, subject, user_path: path }: JsonObject): unknown => {
  if (scope === undefined && subject === undefined) return path;
  const kind = KINDS.find((known) => known === scope) ?? (scope === undefined ? 'user_path' : undefined);
  if (kind === undefined) return scope;
  const named = textOf(subject ?? path);
  if (kind === 'user_path') return named;
  return kind === 'model' && named.includes('/') ? `provider:${named}` : `${kind}:${named}`;
};

const isGoModel = (fields: JsonObject, key: string): boolean =>
  fields.subject !== undefined || fields[key] !== undefined || KINDS.some((kind) => kind === fields.scope);

/**
 * A budget as GoModel's API takes it (`scope`, `subject`, `budget_key`) as ours does; what is ours already is
 * returned as it is.
 */
export const fromGoModelBudget = (fields: JsonObject): JsonObject => {
  if (!isGoModel(fields, 'budget_key')) return fields;
  const { budget_key: key, scope: _scope, subject: _subject, user_path: _path, ...rest } = fields;
  return { ...rest, ...(isObject(key) ? key : {}), scope: scopeOf(fields) };
};

const PERIODS: Readonly<Record<string, 'm' | 'h' | 'd' | 'concurrent'>> = {
  minute: 'm',
  60: 'm',
  hour: 'h',
  3600: 'h',
  day: 'd',
  86400: 'd',
  concurrent: 'concurrent',
  0: 'concurrent',
};

const periodOf = ({ limit_key: key, period, period_seconds: seconds }: JsonObject) => {
  const named = isObject(key) ? (key.period ?? key.period_seconds) : (period ?? seconds);
  const known = PERIODS[String(named)];
  if (known !== undefined) return known;
  throw new GatewayError(
    'invalid_request',
    `a rate limit is counted by minute, hour, day or concurrent (60, 3600, 86400 or 0 seconds); not by ${JSON.stringify(named)?.slice(0, 50)}.`,
    { param: 'period' },
  );
};

/** One rule of GoModel's: it has one for each scope and period, we have one limit for each scope. */
export interface GoModelRule {
  readonly scope: unknown;
  readonly perChild: boolean;
  /** The rules of ours that it sets, such as `rpm`; undefined for one that it takes away. */
  readonly rules: JsonObject;
}

/** @returns undefined where the fields are of our own form. @throws GatewayError invalid_request */
export const readGoModelRule = (fields: JsonObject): GoModelRule | undefined => {
  if (!isGoModel(fields, 'limit_key') && fields.max_requests === undefined && fields.max_tokens === undefined)
    return undefined;
  const period = periodOf(fields);
  const { max_requests: requests, max_tokens: tokens } = fields;
  return {
    scope: scopeOf(fields),
    perChild: fields.per_child === true,
    rules:
      period === 'concurrent'
        ? { concurrent: requests }
        : { [`rp${period}`]: requests, [`tp${period}`]: tokens },
  };
};
