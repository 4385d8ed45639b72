import { GatewayError } from '../base/errors.ts';
import { isObject, objectsOf } from '../base/json-object.ts';
import { type Budget, budgetId } from '../guard/budgets/budget.ts';
import { type BudgetStore, fieldsOf, requireBudget } from '../guard/budgets/budget-store.ts';
import { readBudget } from '../guard/budgets/read-budget.ts';
import type { Query } from './database.ts';
import type { SharedStateDeps } from './key-store.ts';
import { type ListTable, lockTopic, markChanged, type Named, selectList, writeList } from './shared-list.ts';
import { type Versioned, watchShared } from './watch-shared.ts';

const BUDGETS: ListTable = { table: 'budgets', name: 'id' };
const READ = `SELECT revision, ${selectList(BUDGETS)} AS budgets
  FROM gomodel.revisions WHERE topic = 'budgets'`;

const named = (budgets: readonly Budget[]): readonly Named[] =>
  budgets.map((budget) => ({ name: budgetId(budget), entry: fieldsOf(budget) }));

const parse = (entry: unknown): Budget => {
  try {
    return readBudget(isObject(entry) ? entry : {}, 'store');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('invalid_config', `a budget in the database cannot be used: ${why}`, { cause });
  }
};

/** Budgets that were defined by command, page or API, of all gateways of a database. */
export const createPostgresBudgetStore = (deps: Omit<SharedStateDeps, 'adminLog'>): BudgetStore => {
  const { database } = deps;
  const read = async (query: Query): Promise<Versioned<readonly Budget[]>> => {
    const [row] = await query<{ revision: number; budgets: unknown }>(READ);
    return { revision: row?.revision ?? 0, content: objectsOf(row?.budgets).map(parse) };
  };
  const update = (change: (budgets: readonly Budget[]) => readonly Budget[]): Promise<void> =>
    database.transact(async (query) => {
      await lockTopic(query, 'budgets');
      const { content: before } = await read(query);
      await writeList(query, BUDGETS, named(before), named(change(before)));
      await markChanged(query, 'budgets');
    });
  return {
    load: async () => (await read(database.query)).content,
    set: (budget) =>
      update((budgets) => [...budgets.filter((one) => budgetId(one) !== budgetId(budget)), budget]),
    remove: async (id) => {
      let removed: Budget | undefined;
      await update((budgets) => {
        removed = requireBudget(budgets, id);
        return budgets.filter((one) => one !== removed);
      });
      if (!removed) throw new GatewayError('internal_error', 'no budget was removed.');
      return removed;
    },
    watch: (onChange) => {
      let last: readonly Budget[] = [];
      const load = (): Promise<Versioned<readonly Budget[]>> => read(database.query);
      return watchShared<readonly Budget[]>({ ...deps, topic: 'budgets', load }, (found) => {
        // What cannot be read changes nothing: the budgets that were read last go on.
        if (found.kind === 'content') last = found.content;
        const { error } = found.kind === 'content' ? {} : found;
        onChange(last, error instanceof Error ? error.message : undefined);
      });
    },
  };
};
