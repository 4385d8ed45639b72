import type { BudgetStatus } from '../../../guard/budgets/ledger-port.ts';
import { formatCost, formatCount } from '../../state/format.ts';
import { texts } from '../../texts.ts';

type Amounts = Pick<BudgetStatus, 'limit' | 'spent' | 'reserved'>;

/** What is left: less than nothing where a running answer has passed the limit. */
export const leftOf = ({ limit, spent, reserved }: Amounts): number => limit - spent - reserved;

/** How much of it is used up; 1 and above: all. */
export const shareOf = ({ limit, spent, reserved }: Amounts): number =>
  limit > 0 ? (spent + reserved) / limit : 1;

export const showAmount = (amount: number, unit: BudgetStatus['unit']): string =>
  unit === 'usd' ? formatCost(amount) : texts.budgets.tokens(formatCount(amount));

/** `a month`, `3,600 seconds`. */
export const namePeriod = (period: string): string =>
  texts.budgets.periods[period] ?? texts.budgets.seconds(Number.parseInt(period, 10));

/** From here on little is left. */
const NEARLY_SPENT = 0.8;

/** `fail` where requests are refused, `warn` where little is left. */
export const toneOf = (status: Amounts & Pick<BudgetStatus, 'enforcement'>): '' | 'warn' | 'fail' => {
  const share = shareOf(status);
  if (share >= 1) return status.enforcement === 'soft' ? 'warn' : 'fail';
  return share >= NEARLY_SPENT ? 'warn' : '';
};
