import type { BudgetStatus } from '../../guard/budgets/ledger-port.ts';
import type { Caller } from '../../guard/caller.ts';
import type { LimitStatus } from '../../guard/limits/limit-port.ts';
import type { LogFilter } from '../../log/port.ts';
import { addUsed, eachUsage } from '../answers/each-usage.ts';
import type { LogDeps } from '../answers/log.ts';
import { createSums } from '../answers/usage-sums.ts';
import type { KeptBudgets } from '../budgets/kept-budgets.ts';
import { readPeriod } from '../select/period.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What holds for the caller's next request, and what is left of it, beside the figures of budgets and limits. */
interface CallerUsage {
  readonly user_path: string;
  /** Of a managed key: then usage is that of the key. */
  readonly key_id?: string;
  /** ISO 8601, UTC: what the seconds until a reset are counted from. */
  readonly server_time: string;
  readonly usage: object;
  readonly budgets: readonly object[];
  readonly rate_limits: readonly object[];
}

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;

/** A budget under GoModel's names, and its own where that has none. */
const tellBudget = (budget: BudgetStatus, nowMs: number): object => {
  const { scope, child, period, unit, limit, spent, reserved, enforcement, startedAt, resetsAt } = budget;
  const used = spent + reserved;
  return {
    id: budget.id,
    scope,
    ...(child !== undefined && { child }),
    ...(scope.startsWith('/') && {
      user_path: child === undefined ? scope : scope.replace('*', child),
    }),
    period_label: period,
    unit,
    enforcement,
    amount: limit,
    spent,
    reserved,
    remaining: limit - used,
    usage_ratio: limit > 0 ? used / limit : 1,
    exceeded: used >= limit,
    ...(startedAt !== undefined && { period_start: startedAt }),
    ...(resetsAt !== undefined && {
      period_end: resetsAt,
      resets_in_seconds: Math.max(0, Math.ceil((Date.parse(resetsAt) - nowMs) / 1_000)),
    }),
  };
};

const PERIODS: Readonly<Record<string, { readonly label: string; readonly seconds: number }>> = {
  m: { label: 'minute', seconds: 60 },
  h: { label: 'hour', seconds: 3_600 },
  d: { label: 'day', seconds: 86_400 },
};

/** One rule, under GoModel's names. */
const tellLimit = ({ scope, child, name, limit, used, resetMs }: LimitStatus): object => {
  const period = PERIODS[name.slice(-1)];
  const unit = name.startsWith('t') ? 'tokens' : 'requests';
  return {
    scope,
    ...(child !== undefined && { child }),
    ...(scope.startsWith('/') && {
      user_path: child === undefined ? scope : scope.replace('*', child),
    }),
    ...(name === 'concurrent' || !period
      ? { period_label: 'concurrent', max_requests: limit, in_flight: used }
      : {
          period_label: period.label,
          period_seconds: period.seconds,
          [`max_${unit}`]: limit,
          [`${unit}_used`]: used,
          [`${unit}_remaining`]: Math.max(0, limit - used),
        }),
    ...(resetMs !== undefined && { resets_in_seconds: Math.ceil(resetMs / 1_000) }),
    exhausted: used >= limit,
  };
};

/** The log, and what it cost. */
export type CallerLogDeps = Pick<LogDeps, 'log' | 'pricing' | 'now'>;

export interface CallerUsageDeps extends CallerLogDeps {
  readonly budgets: KeptBudgets | undefined;
}

/**
 * `GET /v1/usage`: what a caller has used, and what holds for them. A managed key sees its own requests; others
 * those of the user path that they say, and everything without one.
 * @param query `days`, or `start_date` and `end_date`, which the usage alone follows
 * @throws GatewayError invalid_request
 */
export const answerCallerUsage = async (
  { log, pricing, now, budgets }: CallerUsageDeps,
  { keyId, userPath, labels }: Caller,
  headers: Headers,
  query: URLSearchParams,
): Promise<CallerUsage> => {
  const nowMs = now();
  const period = readPeriod(query, nowMs);
  const filter: LogFilter = keyId === undefined ? { user_path: userPath } : { key: keyId };
  const prices = await pricing();
  const sums = createSums();
  await eachUsage(log, { span: period, filter }, prices, (used) => addUsed(sums, used));
  const subject = {
    userPath,
    keyId,
    labels,
    sessionId: textOf(headers['session-id']) ?? textOf(headers.session_id),
    runId: textOf(headers['x-gomodel-run']),
  };
  const status = (await budgets?.ledger.status(subject)) ?? [];
  const limits = (await budgets?.limits.status(subject)) ?? [];
  return {
    user_path: userPath,
    ...(keyId !== undefined && { key_id: keyId }),
    server_time: new Date(nowMs).toISOString(),
    usage: {
      start_date: period.startDate,
      end_date: period.endDate,
      total_requests: sums.requests,
      total_input_tokens: sums.input_tokens,
      total_output_tokens: sums.output_tokens,
      total_tokens: sums.total_tokens,
      uncached_input_tokens: sums.input_tokens - sums.cached_input_tokens,
      cached_input_tokens: sums.cached_input_tokens,
      total_cost: sums.total_cost,
      unpriced_requests: sums.unpriced_requests,
      subscription_requests: sums.subscription_requests,
      subscription_list_cost: sums.subscription_list_cost,
    },
    budgets: status.map((budget) => tellBudget(budget, nowMs)),
    rate_limits: limits.map(tellLimit),
  };
};
