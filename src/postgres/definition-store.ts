import { GatewayError } from '../base/errors.ts';
import { isObject, objectsOf } from '../base/json-object.ts';
import { type DefinitionKind, type DefinitionStore, requireEntry } from '../guard/definition-store.ts';
import type { Query } from './database.ts';
import type { SharedStateDeps } from './key-store.ts';
import { type ListTable, lockTopic, markChanged, type Named, selectList, writeList } from './shared-list.ts';
import { type Versioned, watchShared } from './watch-shared.ts';

/** Budgets or limits that were defined by command, page or API, of all gateways of a database. */
export const createPostgresDefinitionStore = <Entry>(
  deps: Omit<SharedStateDeps, 'adminLog'>,
  kind: DefinitionKind<Entry>,
): DefinitionStore<Entry> => {
  const { database } = deps;
  const { name: topic, noun, idOf, fieldsOf } = kind;
  const table: ListTable = { table: topic, name: 'id' };
  const select = `SELECT revision, ${selectList(table)} AS entries
    FROM gomodel.revisions WHERE topic = '${topic}'`;
  const named = (entries: readonly Entry[]): readonly Named[] =>
    entries.map((entry) => ({ name: idOf(entry), entry: fieldsOf(entry) }));
  const parse = (stored: unknown): Entry => {
    try {
      return kind.read(isObject(stored) ? stored : {});
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayError('invalid_config', `a ${noun} in the database cannot be used: ${why}`, { cause });
    }
  };
  const read = async (query: Query): Promise<Versioned<readonly Entry[]>> => {
    const [row] = await query<{ revision: number; entries: unknown }>(select);
    return { revision: row?.revision ?? 0, content: objectsOf(row?.entries).map(parse) };
  };
  const update = (change: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> =>
    database.transact(async (query) => {
      await lockTopic(query, topic);
      const { content: before } = await read(query);
      await writeList(query, table, named(before), named(change(before)));
      await markChanged(query, topic);
    });
  return {
    load: async () => (await read(database.query)).content,
    set: async (entry) => {
      let before: Entry | undefined;
      await update((entries) => {
        before = entries.find((one) => idOf(one) === idOf(entry));
        return [...entries.filter((one) => one !== before), entry];
      });
      return before;
    },
    remove: async (id) => {
      const removed: Entry[] = [];
      await update((entries) => {
        const found = requireEntry(entries, id, kind);
        removed.push(found);
        return entries.filter((one) => one !== found);
      });
      const last = removed.at(-1);
      if (last === undefined) throw new GatewayError('internal_error', `no ${noun} was removed.`);
      return last;
    },
    watch: (onChange) => {
      let last: readonly Entry[] = [];
      const load = (): Promise<Versioned<readonly Entry[]>> => read(database.query);
      return watchShared<readonly Entry[]>({ ...deps, topic, load }, (found) => {
        // What cannot be read changes nothing: what was read last goes on.
        if (found.kind === 'content') last = found.content;
        const { error } = found.kind === 'content' ? {} : found;
        onChange(last, error instanceof Error ? error.message : undefined);
      });
    },
  };
};
