import { type ManagedKey, stateOfKey } from '../../guard/keys/managed-key.ts';
import type { Policy } from '../../guard/policies/policy.ts';
import type { ChalkInstance } from './colour.ts';
import { type Cell, headOf, renderColumns } from './columns.ts';

const HEAD = ['id', 'name', 'state', 'last used', 'role', 'user path', 'may use', 'labels', 'expires'];

const mayUse = ({ models, providers }: Pick<ManagedKey, 'models' | 'providers'>): string => {
  const parts = [models.join(', '), providers.length > 0 ? `at ${providers.join(', ')}` : ''];
  return parts.filter((part) => part !== '').join(' ') || 'everything';
};

interface KnownOfKeys {
  /** Says which have expired. */
  readonly nowMs: number;
  /** By the key's id; ISO 8601. */
  readonly lastUsed: ReadonlyMap<string, string>;
}

const minuteOf = (iso: string | undefined): string => iso?.slice(0, 16).replace('T', ' ') ?? '–';

/** A line a key. */
export const renderKeys = (
  keys: readonly ManagedKey[],
  { nowMs, lastUsed }: KnownOfKeys,
  colour: ChalkInstance,
  columns: number,
): string => {
  const head = HEAD.map((name) => headOf(name, colour));
  const rows = keys.map((key): readonly Cell[] => {
    const state = stateOfKey(key, nowMs);
    return [
      { text: key.id },
      { text: key.name, paint: colour.bold },
      { text: state, paint: state === 'active' ? colour.green : colour.dim },
      { text: minuteOf(lastUsed.get(key.id)) },
      { text: key.role },
      { text: key.userPath ?? (key.acceptsUserPath ? 'as requested' : '–') },
      { text: mayUse(key) },
      { text: key.labels.join(', ') || '–' },
      { text: key.expiresAt?.slice(0, 10) ?? 'never' },
    ];
  });
  return renderColumns([head, ...rows], columns);
};

export const renderPolicies = (
  policies: readonly Policy[],
  colour: ChalkInstance,
  columns: number,
): string => {
  const head = ['policy', 'user path', 'may use'].map((name) => headOf(name, colour));
  const rows = policies.map((policy): readonly Cell[] => [
    { text: policy.name, paint: colour.bold },
    { text: policy.userPath },
    { text: mayUse(policy) },
  ]);
  return renderColumns([head, ...rows], columns);
};
