import { useEffect, useState } from 'preact/hooks';
import type { BudgetDefinition } from '../../../admin/api-types/budgets.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { api } from '../../state/api.ts';
import { useLoad } from '../../state/use-load.ts';
import { useReload } from '../../state/use-reload.ts';
import { may } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { ManageBar } from '../manage-bar.tsx';
import { useKeyNames } from '../use-key-names.ts';
import { BudgetCard } from './budget-card.tsx';
import { BudgetForm, RemoveBudget } from './budget-form.tsx';
import { groupBudgets } from './group-budgets.ts';

const REFRESH_MS = 1500;
/** A change is obeyed within a second: then the figures are those of the budget as it is now. */
const OBEYED_MS = 1200;

type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit' | 'remove'; readonly known: BudgetDefinition };

/** What may be spent, and what was. */
export const BudgetsPage = () => {
  const { value, error, reload } = useLoad('budgets', api.budgets);
  // What is reserved and spent changes with each request.
  useReload(reload, REFRESH_MS, ({ type }) => (type === 'open' || type === 'close' ? 'later' : undefined));
  const nameOfKey = useKeyNames();
  const [open, setOpen] = useState<Open | undefined>();
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (changes === 0) return;
    const timer = setTimeout(reload, OBEYED_MS);
    return () => clearTimeout(timer);
  }, [changes, reload]);
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    reload();
    setChanges((count) => count + 1);
  };
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages.budgets}>
      <ManageBar>
        <span class="grow" />
        {may('admin') && value && (
          <button type="button" class="button primary" onClick={() => setOpen({ kind: 'create' })}>
            {texts.budgets.add}
          </button>
        )}
      </ManageBar>
      {value?.problem && (
        <p class="form-failure" role="alert">
          {texts.budgets.problem(value.problem)}
        </p>
      )}
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : value.definitions.length === 0 ? (
        <Notice icon="coins" title={texts.budgets.empty}>
          <p>{texts.budgets.emptyHint}</p>
          {!may('admin') && <p class="dim">{texts.budgets.emptyReading}</p>}
        </Notice>
      ) : (
        <ul class="budgets" aria-label={texts.budgets.listLabel}>
          {groupBudgets(value).map((group) => (
            <BudgetCard
              key={group.definition.id}
              group={group}
              nameOfKey={nameOfKey}
              onEdit={(known) => setOpen({ kind: 'edit', known })}
              onRemove={(known) => setOpen({ kind: 'remove', known })}
            />
          ))}
        </ul>
      )}
      {open?.kind === 'create' && value && (
        <BudgetForm answer={value} nameOfKey={nameOfKey} onClose={close} onDone={done} />
      )}
      {open?.kind === 'edit' && value && (
        <BudgetForm answer={value} known={open.known} nameOfKey={nameOfKey} onClose={close} onDone={done} />
      )}
      {open?.kind === 'remove' && (
        <RemoveBudget known={open.known} nameOfKey={nameOfKey} onClose={close} onDone={done} />
      )}
    </div>
  );
};
