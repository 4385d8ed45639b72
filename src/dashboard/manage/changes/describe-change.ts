import type { AdminLogEntry } from '../../../admin/api-types/access.ts';
import { briefJson } from '../../parts/brief-json.ts';
import { texts } from '../../texts.ts';

/** Who made a change, as a person says it. */
export const nameActor = (by: string, nameOfKey: (id: string) => string): string => {
  const { who } = texts.changes;
  if (by === 'master_key') return who.master_key;
  if (by === 'none') return who.none;
  if (by.startsWith('cli:')) return who.cli(by.slice('cli:'.length));
  if (by.startsWith('key:')) return who.key(nameOfKey(by.slice('key:'.length)));
  return by;
};

const MAX_VALUE = 200;

const show = (value: unknown): string => {
  if (value === undefined || value === null) return texts.changes.nothing;
  if (Array.isArray(value))
    return value.length === 0 ? texts.changes.nothing : value.join(', ').slice(0, MAX_VALUE);
  return typeof value === 'string' ? value : briefJson(value, MAX_VALUE);
};

/** One member that changed; `from` or `to` is absent where there was or is no such state at all. */
export interface MemberChange {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** The members of a change, in the order in which they stand. */
export const membersOf = ({ from, to }: Pick<AdminLogEntry, 'from' | 'to'>): MemberChange[] => {
  const names = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])];
  return names
    .filter((name) => JSON.stringify(from?.[name]) !== JSON.stringify(to?.[name]))
    .map((name) => ({
      name,
      ...(from && { from: show(from[name]) }),
      ...(to && { to: show(to[name]) }),
    }));
};
