import type { BudgetDefinition } from '../../../admin/api-types/budgets.ts';
import { api } from '../../state/api.ts';
import { useLoad } from '../../state/use-load.ts';
import { useReload } from '../../state/use-reload.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { nameScope } from '../describe-scope.ts';
import { ManagePage } from '../manage-page.tsx';
import { useDialog } from '../use-dialog.ts';
import { useKeyNames } from '../use-key-names.ts';
import { BudgetCard } from './budget-card.tsx';
import { showAmount } from './budget-figures.ts';
import { BudgetForm } from './budget-form.tsx';
import { groupBudgets } from './group-budgets.ts';

const REFRESH_MS = 1500;

type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit' | 'remove'; readonly known: BudgetDefinition };

/** What may be spent, and what was. */
export const BudgetsPage = () => {
  const load = useLoad('budgets', api.budgets);
  // What is reserved and spent changes with each request.
  useReload(load.reload, REFRESH_MS, ({ type }) =>
    type === 'open' || type === 'close' ? 'later' : undefined,
  );
  const nameOfKey = useKeyNames();
  const dialog = useDialog<Open>(load.reload);
  const { open, show, close, done } = dialog;
  const { budgets } = texts;
  const { value } = load;
  const openDialog = () => {
    if (!open || !value) return null;
    const parts = { answer: value, nameOfKey, onClose: close, onDone: done };
    if (open.kind === 'create') return <BudgetForm {...parts} />;
    const { kind, known } = open;
    if (kind === 'edit') return <BudgetForm {...parts} known={known} />;
    return (
      <Confirm
        title={budgets.removeTitle(nameScope(known.scope, nameOfKey))}
        label={budgets.remove}
        willDo={[budgets.will.remove(showAmount(known.limit, known.unit)), budgets.will.removeOthers]}
        isFinal
        send={async () => {
          await api.removeBudget(known.id);
          done();
        }}
        onClose={close}
      />
    );
  };
  return (
    <ManagePage
      name="budgets"
      load={load}
      add={{ label: budgets.add, onClick: () => show({ kind: 'create' }) }}
      problem={value?.problem && budgets.problem(value.problem)}
      emptiness={({ definitions }) =>
        definitions.length > 0
          ? undefined
          : { icon: 'coins', title: budgets.empty, hint: budgets.emptyHint, reading: budgets.emptyReading }
      }
      dialog={openDialog()}
    >
      {(answer) => (
        <ul class="budgets" aria-label={budgets.listLabel}>
          {groupBudgets(answer).map((group) => (
            <BudgetCard
              key={group.definition.id}
              group={group}
              nameOfKey={nameOfKey}
              onEdit={(known) => show({ kind: 'edit', known })}
              onRemove={(known) => show({ kind: 'remove', known })}
            />
          ))}
        </ul>
      )}
    </ManagePage>
  );
};
