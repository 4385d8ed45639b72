import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject } from '../../base/json-object.ts';
import { openSharedFile, type SharedFile } from '../../state/shared-file.ts';
import { type Budget, budgetId, scopeText } from './budget.ts';
import { readBudget } from './read-budget.ts';

const FILE = 'budgets.json';

/** Budgets that were defined by command, page or API: `budgets.json` of the data folder. */
export interface BudgetStore {
  load(): Promise<readonly Budget[]>;
  /** Replaces the one of the same scope, period and unit. */
  set(budget: Budget): Promise<void>;
  /** @throws GatewayError unknown_budget */
  remove(id: string): Promise<Budget>;
  /** Called at once, and after each change by any process, within a second. */
  watch(onChange: (budgets: readonly Budget[], problem: string | undefined) => void): () => void;
}

interface Content {
  readonly schemaVersion: 1;
  readonly budgets: readonly JsonObject[];
}

/** As the API takes it. */
export const fieldsOf = (budget: Budget): JsonObject => ({
  scope: scopeText(budget.scope),
  ...(budget.period.kind === 'seconds'
    ? { period_seconds: budget.period.seconds }
    : { period: budget.period.kind }),
  limit: budget.limit,
  unit: budget.unit,
  enforcement: budget.enforcement,
  timezone: budget.timezone,
});

/** @throws GatewayError unknown_budget */
export const requireBudget = (budgets: readonly Budget[], id: string): Budget => {
  const found = budgets.find((one) => budgetId(one) === id);
  if (found) return found;
  const known = budgets.map((one) => `"${budgetId(one)}"`).join(', ') || 'none';
  throw new GatewayError(
    'unknown_budget',
    `there is no budget "${id.slice(0, 200)}" that was set by command, page or API. There are: ${known}.`,
  );
};

const parseContent = (value: unknown): readonly Budget[] => {
  if (value === null) return [];
  const list = isObject(value) ? value.budgets : undefined;
  if (!Array.isArray(list)) throw new GatewayError('invalid_config', 'it has no list "budgets"');
  return list.map((entry, index) => {
    try {
      return readBudget(isObject(entry) ? entry : {}, 'store');
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayError('invalid_config', `entry ${index + 1}: ${why}`, { cause });
    }
  });
};

export const openBudgetStore = (dataDir: string): BudgetStore => {
  const path = join(dataDir, FILE);
  const unreadable = (cause: unknown): GatewayError => {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError(
      'invalid_config',
      `the budgets in ${path} cannot be used: ${why.replace(/\.$/, '')}. Mend the file, or put back a copy; nothing was changed.`,
      { cause },
    );
  };
  const file: SharedFile<readonly Budget[] | Content> = openSharedFile<readonly Budget[] | Content>({
    path,
    parse: parseContent,
  });
  const budgetsOf = (found: readonly Budget[] | Content): readonly Budget[] =>
    'budgets' in found ? found.budgets.map((fields) => readBudget(fields, 'store')) : found;
  const update = async (change: (budgets: readonly Budget[]) => readonly Budget[]): Promise<void> => {
    await file
      .update((found) => ({ schemaVersion: 1, budgets: change(budgetsOf(found)).map(fieldsOf) }))
      .catch((cause: unknown) => {
        throw cause instanceof GatewayError && cause.code === 'unknown_budget' ? cause : unreadable(cause);
      });
  };
  return {
    load: async () => {
      try {
        return budgetsOf(await file.load());
      } catch (cause) {
        throw unreadable(cause);
      }
    },
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
      return file.watch((found) => {
        // A broken file changes nothing: the budgets that were read last go on.
        if (found.kind === 'content') last = budgetsOf(found.content);
        onChange(last, found.kind === 'content' ? undefined : unreadable(found.error).message);
      });
    },
  };
};
