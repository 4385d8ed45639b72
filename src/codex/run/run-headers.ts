/** Marks the requests of one run of a launcher in the log. */
export const RUN_HEADER = 'X-GoModel-Run';

/** What the run may cost, in USD. */
const RUN_BUDGET_HEADER = 'X-GoModel-Run-Budget';

/**
 * The header fields that every request of a run carries; the gateway keeps them for itself.
 * @param budgetUsd absent: no bound of its own
 */
export const runHeaders = (
  runId: string,
  budgetUsd: number | undefined,
): readonly (readonly [name: string, value: string])[] => [
  [RUN_HEADER, runId],
  ...(budgetUsd === undefined ? [] : [[RUN_BUDGET_HEADER, String(budgetUsd)] as const]),
];
