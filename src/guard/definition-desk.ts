import type { JsonObject } from '../base/json-object.ts';
import type { AdminLog } from './admin-log.ts';
import type { DefinitionKind, DefinitionStore } from './definition-store.ts';

/** Where budgets or limits are changed, by command, page or API: each change is an entry of the admin log. */
export interface DefinitionDesk<Entry> {
  /** @throws GatewayError invalid_config where what is stored cannot be read */
  list(): Promise<readonly Entry[]>;
  /** @throws GatewayError invalid_request, and as `list` */
  set(fields: JsonObject): Promise<Entry>;
  /** @throws GatewayError unknown_budget, unknown_limit, and as `list` */
  remove(id: string): Promise<Entry>;
}

export interface DefinitionDeskDeps<Entry> {
  readonly store: DefinitionStore<Entry>;
  readonly log: AdminLog;
  readonly now: () => number;
  /** Who changes them, as the admin log names it. */
  readonly by: string;
}

/** @param about `budget` or `limit`, as the actions of the admin log begin */
export const createDefinitionDesk = <Entry>(
  about: string,
  { idOf, fieldsOf, read }: Pick<DefinitionKind<Entry>, 'idOf' | 'fieldsOf' | 'read'>,
  { store, log, now, by }: DefinitionDeskDeps<Entry>,
): DefinitionDesk<Entry> => {
  const note = async (
    action: string,
    target: string,
    from: Entry | undefined,
    to: Entry | undefined,
  ): Promise<void> =>
    log.append({
      at: new Date(now()).toISOString(),
      by,
      action: `${about}.${action}`,
      target,
      ...(from !== undefined && { from: fieldsOf(from) }),
      ...(to !== undefined && { to: fieldsOf(to) }),
    });
  return {
    list: () => store.load(),
    set: async (fields) => {
      const entry = read(fields);
      await note('set', idOf(entry), await store.set(entry), entry);
      return entry;
    },
    remove: async (id) => {
      const removed = await store.remove(id);
      await note('remove', id, removed, undefined);
      return removed;
    },
  };
};
