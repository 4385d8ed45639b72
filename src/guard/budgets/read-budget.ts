import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import { isTimeZone } from '../../base/time/zoned-time.ts';
import type { Budget, DefinitionSource, Enforcement } from './budget.ts';
import { readScope } from './read-scope.ts';
import type { Period } from './window.ts';

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total'] as const;
const ENFORCEMENTS = ['soft', 'hard', 'ceiling'] as const;
/** Billionths of more would not be whole numbers any more. */
const MAX_USD = 1_000_000;
const MAX_TOKENS = 1e15;
const MAX_SECONDS = 10 * 366 * 86_400;
const KNOWN = [
  'scope',
  'user_path',
  'label',
  'key',
  'per_child',
  'period',
  'period_seconds',
  'limit',
  'amount',
  'tokens',
  'unit',
  'enforcement',
  'soft',
  'timezone',
  'stop_runaways',
];

const refuse = (param: string, message: string): never => {
  throw new GatewayError('invalid_request', message, { param });
};

const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 100);

const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN;
};

const scopeOf = ({ scope, user_path: path, label, key, per_child: each }: JsonObject): unknown => {
  const given = [scope, path, label, key].filter((value) => value !== undefined);
  if (given.length > 1) refuse('scope', 'a budget has one of scope, user_path, label and key.');
  if (label !== undefined) return `label:${label}`;
  if (key !== undefined) return `key:${key}`;
  const named = scope ?? path ?? '/';
  if (each !== true || String(named).endsWith('*')) return named;
  return named === '/' ? '/*' : `${named}/*`;
};

const periodOf = ({ period, period_seconds: seconds }: JsonObject): Period => {
  if (seconds !== undefined) {
    const count = numberOf(seconds);
    if (!Number.isInteger(count) || count < 1 || count > MAX_SECONDS) {
      refuse(
        'period_seconds',
        `period_seconds is a whole number from 1 to ${MAX_SECONDS}; it is not ${shown(seconds)}.`,
      );
    }
    return { kind: 'seconds', seconds: count };
  }
  const kind = PERIODS.find((known) => known === period);
  return kind
    ? { kind }
    : refuse('period', `period is one of ${PERIODS.join(', ')}; it is not ${shown(period)}.`);
};

const limitOf = ({ limit, amount, tokens, unit }: JsonObject): Pick<Budget, 'limit' | 'unit'> => {
  const given = [limit, amount, tokens].filter((value) => value !== undefined);
  if (given.length !== 1) refuse('limit', 'a budget has one of limit (or amount, in USD) and tokens.');
  const isTokens = tokens !== undefined || unit === 'tokens';
  if (!isTokens && unit !== undefined && unit !== 'usd') {
    refuse('unit', `unit is usd or tokens; it is not ${shown(unit)}.`);
  }
  const count = numberOf(given[0]);
  const isFine = isTokens ? Number.isInteger(count) && count <= MAX_TOKENS : count <= MAX_USD;
  if (!(count >= 0) || !isFine) {
    const what = isTokens
      ? 'a whole number of tokens, 0 or more'
      : `an amount in USD from 0 to ${MAX_USD}, such as 10 or 2.50`;
    refuse(tokens === undefined ? 'limit' : 'tokens', `the limit is ${what}; it is not ${shown(given[0])}.`);
  }
  return { limit: count, unit: isTokens ? 'tokens' : 'usd' };
};

const enforcementOf = ({ enforcement, soft }: JsonObject): Enforcement => {
  if (enforcement === undefined) return soft === true ? 'soft' : 'hard';
  const known = ENFORCEMENTS.find((one) => one === enforcement);
  return (
    known ??
    refuse(
      'enforcement',
      `enforcement is one of ${ENFORCEMENTS.join(', ')}; it is not ${shown(enforcement)}.`,
    )
  );
};

const timezoneOf = ({ timezone = 'UTC' }: JsonObject): string =>
  typeof timezone === 'string' && isTimeZone(timezone)
    ? timezone
    : refuse(
        'timezone',
        `timezone is a name of the IANA database such as Europe/Berlin; it is not ${shown(timezone)}.`,
      );

/** Written as a word in the environment, and as a flag elsewhere. */
const flagOf = (name: string, value: unknown = false): boolean =>
  typeof value === 'boolean' ? value : refuse(name, `${name} is true or false; it is not ${shown(value)}.`);

/**
 * Reads one budget as the API, the file and the environment have it.
 * @throws GatewayError invalid_request with what is wrong, and what would be right
 */
export const readBudget = (fields: JsonObject, source: DefinitionSource): Budget => {
  const unknown = Object.keys(fields).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    refuse(unknown.slice(0, 100), `a budget has no ${shown(unknown)}. It has ${KNOWN.join(', ')}.`);
  }
  return {
    scope: readScope(scopeOf(fields)),
    period: periodOf(fields),
    timezone: timezoneOf(fields),
    ...limitOf(fields),
    enforcement: enforcementOf(fields),
    stopsRunaways: flagOf('stop_runaways', fields.stop_runaways),
    source,
  };
};
