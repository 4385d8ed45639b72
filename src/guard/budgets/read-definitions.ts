import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Definition } from '../../config/providers/definition.ts';
import { type Budget, budgetId } from './budget.ts';
import { readBudget } from './read-budget.ts';

/** Reads what a definition says, and names its place where that is wrong. @throws GatewayError invalid_config */
export const readAt = <Read>(
  { origin, fields, source }: Definition,
  read: (fields: JsonObject, source: Definition['source']) => Read,
): Read => {
  try {
    return read(fields, source);
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    throw new GatewayError('invalid_config', `${origin}: ${cause.message}`, { cause });
  }
};

/**
 * The budgets that the configuration defines.
 * @throws GatewayError invalid_config with the place of what is wrong, or of two that say the same
 */
export const readConfiguredBudgets = (definitions: readonly Definition[]): readonly Budget[] => {
  const found = new Map<string, { readonly budget: Budget; readonly origin: string }>();
  for (const definition of definitions) {
    const budget = readAt(definition, readBudget);
    const id = budgetId(budget);
    const earlier = found.get(id);
    if (earlier?.budget.source === budget.source) {
      throw new GatewayError(
        'invalid_config',
        `${definition.origin}: the budget "${id}" is defined twice, at first at ${earlier.origin}. Keep one of them.`,
      );
    }
    // Those of the environment come first, and win.
    if (!earlier) found.set(id, { budget, origin: definition.origin });
  }
  return [...found.values()].map(({ budget }) => budget);
};

/** What is defined by command, page or API has no say where the configuration defines the same. */
export const mergeBudgets = (configured: readonly Budget[], stored: readonly Budget[]): readonly Budget[] => {
  const ids = new Set(configured.map(budgetId));
  return [...configured, ...stored.filter((budget) => !ids.has(budgetId(budget)))];
};
