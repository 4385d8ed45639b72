import { CHANNEL, type Topic } from './changes.ts';
import type { Query } from './database.ts';

/** A table of entries in an order, each with a name of its own. */
export interface ListTable {
  readonly table: 'keys' | 'policies' | 'budgets' | 'limits';
  /** The column of the name. */
  readonly name: 'id' | 'name';
}

/** An entry, and the text that identifies it within its list. */
export interface Named {
  readonly name: string;
  readonly entry: unknown;
}

/** Entries of a table as JSON, for a query that reads several at one moment. */
export const selectList = ({ table }: ListTable): string =>
  `(SELECT coalesce(json_agg(entry ORDER BY position), '[]') FROM gomodel.${table})`;

/** Makes changes of a topic wait for each other until the transaction ends. */
export const lockTopic = (query: Query, topic: Topic): Promise<unknown> =>
  query('SELECT revision FROM gomodel.revisions WHERE topic = $1 FOR UPDATE', [topic]);

/** Tells every gateway that a topic has changed, once the transaction has ended. */
export const markChanged = async (query: Query, topic: Topic): Promise<void> => {
  await query('UPDATE gomodel.revisions SET revision = revision + 1 WHERE topic = $1', [topic]);
  await query('SELECT pg_notify($1, $2)', [CHANNEL, topic]);
};

/** Writes what differs between two states of a list. */
export const writeList = async (
  query: Query,
  { table, name }: ListTable,
  before: readonly Named[],
  after: readonly Named[],
): Promise<void> => {
  const texts = (list: readonly Named[]) =>
    new Map(list.map((one, place) => [one.name, JSON.stringify([place, one.entry])]));
  const [was, is] = [texts(before), texts(after)];
  const gone = [...was.keys()].filter((each) => !is.has(each));
  const changed = after
    .map((one, position) => ({ ...one, position }))
    .filter((one) => was.get(one.name) !== is.get(one.name));
  if (gone.length > 0) await query(`DELETE FROM gomodel.${table} WHERE ${name} = ANY($1)`, [gone]);
  if (changed.length === 0) return;
  await query(
    `INSERT INTO gomodel.${table} (${name}, position, entry)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::jsonb[])
     ON CONFLICT (${name}) DO UPDATE SET position = excluded.position, entry = excluded.entry`,
    [
      changed.map((one) => one.name),
      changed.map(({ position }) => position),
      changed.map(({ entry }) => JSON.stringify(entry)),
    ],
  );
};
