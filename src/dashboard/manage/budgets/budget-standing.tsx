import type { BudgetStatus } from '../../../guard/budgets/ledger-port.ts';
import { formatCost, formatDuration, formatFullMoment, formatMoment } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { texts } from '../../texts.ts';
import { leftOf, showAmount } from './budget-figures.ts';

const Bar = ({ status }: { status: BudgetStatus }) => {
  const { limit, spent, reserved, unit } = status;
  const whole = Math.max(limit, spent + reserved) || 1;
  const widthOf = (amount: number): string => `${((amount / whole) * 100).toFixed(2)}%`;
  const show = (amount: number): string => showAmount(amount, unit);
  const left = Math.max(0, leftOf(status));
  return (
    <div
      class="budget-bar"
      role="img"
      aria-label={texts.budgets.amounts(show(spent), show(reserved), show(left), show(limit))}
    >
      <i class="spent" style={{ width: widthOf(spent) }} />
      <i class="reserved" style={{ width: widthOf(reserved) }} />
    </div>
  );
};

const Renewal = ({ resetsAt }: { resetsAt: string | undefined }) => {
  if (resetsAt === undefined) return <span>{texts.budgets.endless}</span>;
  const leftMs = Math.max(0, Date.parse(resetsAt) - minuteMs.value);
  return (
    <span title={formatFullMoment(resetsAt)}>
      {texts.budgets.renews(formatMoment(resetsAt, minuteMs.value), formatDuration(leftMs))}
    </span>
  );
};

/** How much is spent, reserved and left, and when it starts anew. */
export const BudgetStanding = ({ status }: { status: BudgetStatus }) => {
  const { unit, spent, reserved, listUsd, resetsAt } = status;
  const left = leftOf(status);
  return (
    <>
      <Bar status={status} />
      <p class="budget-amounts">
        <span>
          <b>{showAmount(spent, unit)}</b> {texts.budgets.spent}
        </span>
        {reserved > 0 && (
          <span>
            <b>{showAmount(reserved, unit)}</b> {texts.budgets.reserved}
          </span>
        )}
        <span>
          <b>{showAmount(Math.abs(left), unit)}</b> {left < 0 ? texts.budgets.over : texts.budgets.left}
        </span>
        <Renewal resetsAt={resetsAt} />
        {listUsd > 0 && <span>{texts.budgets.covered(formatCost(listUsd))}</span>}
      </p>
    </>
  );
};
