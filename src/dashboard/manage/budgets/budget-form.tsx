import { useState } from 'preact/hooks';
import type { BudgetDefinition, BudgetsAnswer } from '../../../admin/api-types/budgets.ts';
import { ChoiceField, TextField } from '../../form/fields.tsx';
import { FormDialog } from '../../form/form-dialog.tsx';
import { problemOf, type Submission, useSubmit } from '../../form/use-submit.ts';
import { api } from '../../state/api.ts';
import { texts } from '../../texts.ts';
import { nameScope } from '../describe-scope.ts';
import type { ScopeKind } from '../scope-draft.ts';
import { ScopeFields } from '../scope-fields.tsx';
import { type BudgetDraft, draftOf, fieldsOf, NEW_BUDGET } from './budget-draft.ts';
import { describeBudget } from './describe-budget.ts';

const { fields } = texts.budgets;
const PARAMS = ['scope', 'period_seconds', 'limit', 'tokens', 'timezone'];

interface FieldsProps {
  draft: BudgetDraft;
  set: (changes: Partial<BudgetDraft>) => void;
  submission: Submission;
}

const KINDS: readonly ScopeKind[] = [
  '/',
  'path',
  'child',
  'key',
  'key:*',
  'label',
  'label:*',
  'session:*',
  'run:*',
];

const PeriodFields = ({ draft, set, submission }: FieldsProps) => (
  <>
    <ChoiceField
      label={fields.period[0]}
      hint={fields.period[1]}
      value={draft.period}
      options={texts.budgets.periodOptions}
      onChange={(period) => set({ period })}
    />
    {draft.period === 'seconds' && (
      <TextField
        label={fields.seconds[0]}
        hint={fields.seconds[1]}
        problem={problemOf(submission, 'period_seconds')}
        value={draft.seconds}
        required
        numeric
        onInput={(seconds) => set({ seconds })}
      />
    )}
    {draft.period !== 'seconds' && draft.period !== 'total' && (
      <TextField
        label={fields.timezone[0]}
        hint={fields.timezone[1]}
        problem={problemOf(submission, 'timezone')}
        value={draft.timezone}
        options={Intl.supportedValuesOf('timeZone')}
        onInput={(timezone) => set({ timezone })}
      />
    )}
  </>
);

interface BudgetFormProps {
  answer: BudgetsAnswer;
  /** The budget that is changed; absent where one is added. */
  known?: BudgetDefinition;
  nameOfKey: (id: string) => string;
  onClose: () => void;
  onDone: () => void;
}

/** Sets a budget, or changes its limit. Whom it holds for and its period make it another one. */
export const BudgetForm = ({ answer, known, nameOfKey, onClose, onDone }: BudgetFormProps) => {
  const [draft, setDraft] = useState<BudgetDraft>(known ? draftOf(known) : NEW_BUDGET);
  const set = (changes: Partial<BudgetDraft>) => setDraft((last) => ({ ...last, ...changes }));
  const submission = useSubmit(async () => {
    await api.setBudget(fieldsOf(draft));
    onDone();
  });
  const { willDo, warnings } = describeBudget(draft, answer);
  const parts = { draft, set, submission };
  return (
    <FormDialog
      title={known ? texts.budgets.editTitle(nameScope(known.scope, nameOfKey)) : texts.budgets.createTitle}
      submitLabel={texts.budgets.set}
      submission={submission}
      willDo={willDo}
      warnings={warnings}
      knownParams={PARAMS}
      onClose={onClose}
    >
      {!known && (
        <ScopeFields
          draft={draft.scope}
          set={(scope) => set({ scope })}
          submission={submission}
          kinds={KINDS}
        />
      )}
      {!known && <PeriodFields {...parts} />}
      <TextField
        label={fields.limit[0]}
        hint={fields.limit[1]}
        problem={problemOf(submission, 'limit', 'tokens')}
        value={draft.limit}
        required
        numeric
        onInput={(limit) => set({ limit })}
      />
      {!known && (
        <ChoiceField
          label={fields.unit[0]}
          hint={fields.unit[1]}
          value={draft.unit}
          options={texts.budgets.unitOptions}
          onChange={(unit) => set({ unit })}
        />
      )}
      <ChoiceField
        label={fields.enforcement[0]}
        hint={fields.enforcement[1]}
        value={draft.enforcement}
        options={texts.budgets.enforcementOptions}
        onChange={(enforcement) => set({ enforcement })}
      />
    </FormDialog>
  );
};
