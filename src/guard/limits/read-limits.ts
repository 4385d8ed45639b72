import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Definition } from '../../config/providers/definition.ts';
import type { DefinitionSource } from '../budgets/budget.ts';
import { readAt } from '../budgets/read-definitions.ts';
import { readScope } from '../budgets/read-scope.ts';
import { limitScopeText, type RateLimit, type RateRule } from './rate-limit.ts';

const MINUTE_MS = 60_000;

const RULES = {
  rpm: { unit: 'requests', windowMs: MINUTE_MS },
  rph: { unit: 'requests', windowMs: 60 * MINUTE_MS },
  rpd: { unit: 'requests', windowMs: 24 * 60 * MINUTE_MS },
  tpm: { unit: 'tokens', windowMs: MINUTE_MS },
  tph: { unit: 'tokens', windowMs: 60 * MINUTE_MS },
  tpd: { unit: 'tokens', windowMs: 24 * 60 * MINUTE_MS },
} as const;

const NAMES = Object.keys(RULES) as (keyof typeof RULES)[];
const MAX_LIMIT = 1e12;

const countOf = (name: string, value: unknown): number => {
  const count = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_LIMIT) return count;
  throw new GatewayError(
    'invalid_request',
    `${name} is a whole number, 0 or more; it is not ${String(JSON.stringify(value)).slice(0, 100)}.`,
    { param: name },
  );
};

const KNOWN = ['scope', 'per_child', ...NAMES, 'concurrent'];

const scopeOf = ({ scope, per_child: each }: JsonObject): RateLimit['scope'] => {
  const [, kind, value = ''] = /^(provider|model):(\S{1,300})$/.exec(String(scope)) ?? [];
  if (kind === 'provider' || kind === 'model') {
    if (each !== true && value !== '*') return { kind, value, each: false };
    throw new GatewayError(
      'invalid_request',
      `a rate limit of a ${kind} is one for all who ask it: name the ${kind}, without per_child or *.`,
      { param: 'scope' },
    );
  }
  if (each !== true || String(scope).endsWith('*')) return readScope(scope);
  return readScope(scope === '/' ? '/*' : `${scope}/*`);
};

/**
 * Reads one rate limit as the API, the file and the environment have it.
 * @throws GatewayError invalid_request with what is wrong, and what would be right
 */
export const readLimit = (fields: JsonObject, source: DefinitionSource): RateLimit => {
  const unknown = Object.keys(fields).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw new GatewayError(
      'invalid_request',
      `a rate limit has no ${JSON.stringify(unknown.slice(0, 100))}. It has ${KNOWN.join(', ')}.`,
      { param: unknown.slice(0, 100) },
    );
  }
  const rules: RateRule[] = NAMES.filter((name) => fields[name] !== undefined).map((name) => ({
    ...RULES[name],
    name,
    limit: countOf(name, fields[name]),
  }));
  const concurrent = fields.concurrent === undefined ? undefined : countOf('concurrent', fields.concurrent);
  if (rules.length === 0 && concurrent === undefined) {
    throw new GatewayError(
      'invalid_request',
      `a rate limit has at least one of ${[...NAMES, 'concurrent'].join(', ')}.`,
    );
  }
  return { scope: scopeOf(fields), rules, concurrent, source };
};

/**
 * The rate limits that the configuration defines; those of the environment win.
 * @throws GatewayError invalid_config with the place of what is wrong, or of two for one scope
 */
export const readRateLimits = (definitions: readonly Definition[]): readonly RateLimit[] => {
  const found = new Map<string, { readonly limit: RateLimit; readonly definition: Definition }>();
  for (const definition of definitions) {
    const limit = readAt(definition, readLimit);
    const scope = limitScopeText(limit);
    const earlier = found.get(scope);
    if (earlier?.definition.source === definition.source) {
      throw new GatewayError(
        'invalid_config',
        `${definition.origin}: the rate limit of ${scope} is defined twice, at first at ${earlier.definition.origin}. Keep one of them.`,
      );
    }
    if (!earlier) found.set(scope, { limit, definition });
  }
  return [...found.values()].map(({ limit }) => limit);
};

/** What is defined by command, page or API has no say where the configuration defines the same. */
export const mergeLimits = (
  configured: readonly RateLimit[],
  stored: readonly RateLimit[],
): readonly RateLimit[] => {
  const scopes = new Set(configured.map(limitScopeText));
  return [...configured, ...stored.filter((limit) => !scopes.has(limitScopeText(limit)))];
};
