import { GatewayError } from '../../base/errors.ts';
import { type ConfigSources, DOTENV } from '../read-setting.ts';
import type { Origin } from '../sourced.ts';
import type { Definition } from './definition.ts';

const BUDGET_VARIABLE = 'SET_BUDGET';
const RATE_LIMIT_VARIABLE = 'SET_RATE_LIMIT';
const PROVIDER_LIMIT_VARIABLE = 'SET_PROVIDER_RATE_LIMIT';

/** `TEAM__ALPHA` is `/team/alpha`; nothing at all is everything. */
const pathOf = (suffix: string): string => `/${suffix.toLowerCase().split('__').join('/')}`;

interface Given {
  readonly origin: Origin;
  /** What follows the name of the variable. */
  readonly suffix: string;
  readonly text: string;
}

const givenBy = (prefix: string, { env, dotenv, dotenvFile = DOTENV }: ConfigSources): readonly Given[] => {
  const all = [
    ...Object.entries(dotenv).map(([name, text]) => ({
      name,
      text,
      origin: `${name} in ${dotenvFile.name}`,
    })),
    ...Object.entries(env).map(([name, text]) => ({ name, text, origin: name })),
  ];
  const bySuffix = new Map<string, Given>();
  for (const { name, text, origin } of all) {
    if (!text?.trim() || (name !== prefix && !name.startsWith(`${prefix}_`))) continue;
    const suffix = name.slice(prefix.length + 1);
    bySuffix.set(suffix, { origin, suffix, text });
  }
  return [...bySuffix.values()];
};

/** `name=value` or a word alone, separated by commas. */
const partsOf = ({ text }: Given): ReadonlyArray<readonly [name: string, value: string | undefined]> =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf('=');
      return at === -1 ? [part, undefined] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });

const misunderstood = ({ origin }: Given, part: string, takes: string): GatewayError =>
  new GatewayError(
    'invalid_config',
    `${origin}: "${part.slice(0, 60)}" is not understood. It takes ${takes}.`,
  );

const BUDGET_TAKES =
  'daily=10 (USD; also hourly, weekly, monthly, total, 3600s), daily_tokens=500000, and the words soft, ceiling, per_child, stop_runaways and timezone=Europe/Berlin, separated by commas';

const readBudgets = (given: Given): readonly Definition[] => {
  const common: Record<string, unknown> = { scope: pathOf(given.suffix) };
  const limits: Record<string, unknown>[] = [];
  for (const [name, value] of partsOf(given)) {
    const [, period = '', seconds, tokens] =
      /^(hourly|daily|weekly|monthly|total|(\d+)s)(_tokens)?$/.exec(name) ?? [];
    if (value === undefined && (name === 'soft' || name === 'ceiling' || name === 'hard')) {
      common.enforcement = name;
    } else if (value === undefined && (name === 'per_child' || name === 'stop_runaways')) common[name] = true;
    else if (name === 'timezone' && value) common.timezone = value;
    else if (period !== '' && value) {
      limits.push({
        ...(seconds === undefined ? { period } : { period_seconds: Number(seconds) }),
        [tokens ? 'tokens' : 'amount']: value,
      });
    } else throw misunderstood(given, value === undefined ? name : `${name}=${value}`, BUDGET_TAKES);
  }
  if (limits.length === 0) throw misunderstood(given, given.text, BUDGET_TAKES);
  return limits.map((limit) => ({
    origin: given.origin,
    source: 'environment',
    fields: { ...common, ...limit },
  }));
};

const LIMIT_TAKES =
  'rpm=100 (requests; also rph, rpd), tpm=50000 (tokens; also tph, tpd), concurrent=10 and the word per_child, separated by commas';

const readLimit = (given: Given, scope: string): Definition => {
  const fields: Record<string, unknown> = { scope };
  for (const [name, value] of partsOf(given)) {
    if (name === 'per_child' && value === undefined) fields.per_child = true;
    else if (/^(?:[rt]p[mhd]|concurrent)$/.test(name) && value) fields[name] = value;
    else throw misunderstood(given, value === undefined ? name : `${name}=${value}`, LIMIT_TAKES);
  }
  return { origin: given.origin, source: 'environment', fields };
};

/**
 * The budgets of the environment: `SET_BUDGET_TEAM__ALPHA="daily=10"`, `SET_BUDGET="monthly=500"` for everything.
 * @throws GatewayError invalid_config
 */
export const readBudgetVariables = (sources: ConfigSources): readonly Definition[] =>
  givenBy(BUDGET_VARIABLE, sources).flatMap(readBudgets);

/**
 * The rate limits of the environment: `SET_RATE_LIMIT_TEAM__ALPHA="rpm=100"`, `SET_PROVIDER_RATE_LIMIT_OPENAI="tpm=50000"`.
 * @param providers ids of those that are configured
 * @throws GatewayError invalid_config
 */
export const readLimitVariables = (
  sources: ConfigSources,
  providers: readonly string[],
): readonly Definition[] => {
  const providerOf = (given: Given): string => {
    const wanted = given.suffix.toLowerCase();
    const found = providers.find((id) => id.toLowerCase().replace(/\W/g, '_') === wanted);
    if (found !== undefined) return found;
    throw new GatewayError(
      'invalid_config',
      `${given.origin}: there is no provider ${wanted || '(none is named)'}. Configured: ${providers.join(', ')}.`,
    );
  };
  return [
    ...givenBy(RATE_LIMIT_VARIABLE, sources).map((given) => readLimit(given, pathOf(given.suffix))),
    ...givenBy(PROVIDER_LIMIT_VARIABLE, sources).map((given) =>
      readLimit(given, `provider:${providerOf(given)}`),
    ),
  ];
};
