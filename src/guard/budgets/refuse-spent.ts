import { GatewayError } from '../../base/errors.ts';
import type { Warning } from '../../log/record.ts';
import type { BudgetStatus } from './ledger-port.ts';

const SHOWN_SCOPES: readonly (readonly [RegExp, string])[] = [
  [/^\/$/, 'of this gateway'],
  [/^run:/, 'of this run'],
  [/^session:/, 'of this session'],
];

const ofWhom = ({ scope, child }: BudgetStatus): string => {
  const [, known] = SHOWN_SCOPES.find(([pattern]) => pattern.test(scope)) ?? [];
  if (known !== undefined) return known;
  const kind = /^(key|label):/.exec(scope)?.[1];
  const name =
    child === undefined ? scope.replace(/^\w+:/, '') : scope.replace('*', child).replace(/^\w+:/, '');
  return kind === undefined ? `of ${name}` : `of the ${kind} ${name}`;
};

const figure = (value: number, unit: BudgetStatus['unit']): string =>
  unit === 'usd'
    ? `$${value < 0.01 && value > 0 ? value.toFixed(6) : value.toFixed(2)}`
    : `${value.toLocaleString('en-US')} tokens`;

const PERIOD: Readonly<Record<string, string>> = {
  hourly: 'hourly ',
  daily: 'daily ',
  weekly: 'weekly ',
  monthly: 'monthly ',
};

/** `the daily budget of /team/alpha`. */
export const nameOf = (budget: BudgetStatus): string =>
  `the ${PERIOD[budget.period] ?? ''}budget ${ofWhom(budget)}`;

/** What is spent, in one sentence without its last point: clients put something behind it. */
const describeSpent = (budget: BudgetStatus): string => {
  const { spent, reserved, limit, unit } = budget;
  const running = reserved > 0 ? `, and ${figure(reserved, unit)} are set aside for requests that run` : '';
  return `${nameOf(budget)} has no room for this request: ${figure(spent, unit)} of ${figure(limit, unit)} spent${running}`;
};

/** Of a soft budget, which refuses nothing. */
export const warnOfSpent = (budget: BudgetStatus): Warning => {
  const { spent, limit, unit } = budget;
  return {
    code: 'soft_budget',
    message: `${nameOf(budget)} is spent: ${figure(spent, unit)} of ${figure(limit, unit)}`,
    budget: budget.id,
  };
};

export const spentError = (budget: BudgetStatus): GatewayError => {
  const when = budget.resetsAt === undefined ? '' : ` It starts anew at ${budget.resetsAt}.`;
  return new GatewayError(
    'budget_exceeded',
    `${describeSpent(budget)}.${when} Whoever runs the gateway can raise it with \`gomodel-ts budgets set\`.`,
    {
      ...(budget.resetsAt !== undefined && { resetsAtMs: Date.parse(budget.resetsAt) }),
      told: `gomodel-ts: ${describeSpent(budget)}`,
    },
  );
};
