import { compileWildcard } from '../../base/match-wildcard.ts';
import { isWithin } from '../../base/user-path.ts';
import { type Allowance, EVERYTHING } from '../../providers/allowance.ts';
import type { Caller } from '../caller.ts';
import { reasonForEnd } from '../keys/end-keys.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { ManagedKey } from '../keys/managed-key.ts';
import type { Policy } from './policy.ts';

/**
 * What a caller may use at the moment.
 * @throws GatewayError invalid_api_key where the key has ended since it let the caller in
 */
export type AllowanceOf = (caller: Caller) => Allowance;

type Rule = Pick<Policy, 'models' | 'providers'>;
type Matches = (text: string) => boolean;

const anyOf = (patterns: readonly string[]): Matches | undefined => {
  if (patterns.length === 0) return undefined;
  const tests = patterns.map(compileWildcard);
  return (text) => tests.some((test) => test(text));
};

const tell = ({ models, providers }: Rule): string =>
  [models.join(', '), providers.length > 0 ? `what ${providers.join(', ')} serves` : '']
    .filter((part) => part !== '')
    .join(' of ');

/** Every rule must allow it. */
const compile = (rules: readonly Rule[]): Allowance => {
  if (rules.length === 0) return EVERYTHING;
  const compiled = rules.map(({ models, providers }) => ({
    model: anyOf(models),
    provider: anyOf(providers),
  }));
  return {
    isLimited: true,
    limitsModels: compiled.some(({ model }) => model !== undefined),
    allowsProvider: (provider) => compiled.every((rule) => rule.provider?.(provider) ?? true),
    allows: (provider, names) =>
      compiled.every(
        (rule) => (rule.provider?.(provider) ?? true) && (rule.model === undefined || names.some(rule.model)),
      ),
    told: rules.map(tell).join(', and of these '),
  };
};

/** The models that the policy of the company allows whoever has a key; undefined: all. */
export type ModelsFor = (key: ManagedKey | undefined) => readonly string[] | undefined;

/** Of callers that differ by a header field, so many are remembered. */
const MAX_KNOWN = 10_000;

/** Compiles the rules of a caller once, until keys or policies change, or it is told to forget them. */
export const createAllowances = (
  ring: KeyRing,
  modelsFor: ModelsFor = () => undefined,
): { readonly of: AllowanceOf; forget(): void; close(): void } => {
  const known = new Map<string, Allowance>();
  const stop = ring.onChange(() => known.clear());
  const rulesOf = ({ kind, keyId, userPath }: Caller): readonly Rule[] => {
    const key = keyId === undefined ? undefined : ring.find(keyId);
    const own = key && (key.models.length > 0 || key.providers.length > 0) ? [key] : [];
    const models = kind === 'master_key' ? undefined : modelsFor(key);
    const company = models ? [{ models, providers: [] }] : [];
    return [...own, ...company, ...ring.policies.filter((policy) => isWithin(userPath, policy.userPath))];
  };
  return {
    of: (caller) => {
      const { kind, keyId, userPath } = caller;
      if (keyId !== undefined && ring.stateOf(keyId) !== 'active') throw reasonForEnd(ring, keyId);
      const place = `${keyId ?? kind} ${userPath}`;
      const found = known.get(place);
      if (found) return found;
      const allowance = compile(rulesOf(caller));
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(place, allowance);
      return allowance;
    },
    forget: () => known.clear(),
    close: stop,
  };
};
