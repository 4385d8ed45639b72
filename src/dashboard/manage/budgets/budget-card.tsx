import { useState } from 'preact/hooks';
import type { BudgetDefinition } from '../../../admin/api-types/budgets.ts';
import type { BudgetStatus } from '../../../guard/budgets/ledger-port.ts';
import { may } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { Deeds } from '../deeds.tsx';
import { nameChild, nameScope } from '../describe-scope.ts';
import { namePeriod, showAmount, toneOf } from './budget-figures.ts';
import { BudgetStanding } from './budget-standing.tsx';
import type { BudgetGroup } from './group-budgets.ts';

interface BudgetCardProps {
  group: BudgetGroup;
  nameOfKey: (id: string) => string;
  onEdit: (definition: BudgetDefinition) => void;
  onRemove: (definition: BudgetDefinition) => void;
}

/** Of those that a budget counts apart, so many are shown at first. */
const FIRST_CHILDREN = 5;

const Head = ({ group, nameOfKey, onEdit, onRemove }: BudgetCardProps) => {
  const { definition, standings, isApart } = group;
  const { scope, limit, unit, period, enforcement, source } = definition;
  const name = nameScope(scope, nameOfKey);
  const tone = isApart || !standings[0] ? '' : toneOf(standings[0]);
  return (
    <header>
      <h2>{visibleText(name)}</h2>
      <span class="dim">
        {showAmount(limit, unit)} {namePeriod(period)}
        {isApart && ` ${texts.budgets.apart}`}
      </span>
      <span class={`tag ${tone}`} title={texts.budgets.enforcementHint[enforcement]}>
        {texts.budgets.enforcement[enforcement]}
      </span>
      <span class="grow" />
      {(source !== 'store' || may('admin')) && (
        <span class="deeds">
          <Deeds
            name={name}
            elsewhere={source === 'store' ? undefined : texts.budgets.sources[source]}
            deeds={[
              [texts.budgets.edit, () => onEdit(definition)],
              [texts.budgets.remove, () => onRemove(definition)],
            ]}
          />
        </span>
      )}
    </header>
  );
};

const Children = ({
  standings,
  nameOfKey,
}: {
  standings: readonly BudgetStatus[];
  nameOfKey: (id: string) => string;
}) => {
  const [all, setAll] = useState(false);
  const shown = all ? standings : standings.slice(0, FIRST_CHILDREN);
  if (standings.length === 0) return <p class="dim">{texts.budgets.unused}</p>;
  return (
    <>
      <ul class="budget-children">
        {shown.map((status) => (
          <li key={status.child} class={toneOf(status)}>
            <h3>{visibleText(nameChild(status.scope, status.child ?? '', nameOfKey))}</h3>
            <BudgetStanding status={status} />
          </li>
        ))}
      </ul>
      {standings.length > shown.length && (
        <button type="button" class="fold-button" onClick={() => setAll(true)}>
          {texts.budgets.moreChildren(standings.length - shown.length)}
        </button>
      )}
    </>
  );
};

/** One budget: whom it holds for, and how it stands. */
export const BudgetCard = (props: BudgetCardProps) => {
  const { group, nameOfKey } = props;
  const [status] = group.standings;
  const tone = group.isApart || !status ? '' : toneOf(status);
  return (
    <li class={`panel padded budget ${tone}`} data-budget={group.definition.id}>
      <Head {...props} />
      {group.isApart ? (
        <Children standings={group.standings} nameOfKey={nameOfKey} />
      ) : (
        status && <BudgetStanding status={status} />
      )}
    </li>
  );
};
