import { useState } from 'preact/hooks';
import type { LimitStatus } from '../../../guard/limits/limit-port.ts';
import { TextField } from '../../form/fields.tsx';
import { FormDialog } from '../../form/form-dialog.tsx';
import { problemOf, useSubmit } from '../../form/use-submit.ts';
import { api } from '../../state/api.ts';
import { texts } from '../../texts.ts';
import { nameScope } from '../describe-scope.ts';
import type { ScopeKind } from '../scope-draft.ts';
import { ScopeFields } from '../scope-fields.tsx';
import { describeLimit, draftOf, fieldsOf, type LimitDraft, NEW_LIMIT, RULES } from './limit-draft.ts';

const KINDS: readonly ScopeKind[] = [
  '/',
  'path',
  'child',
  'key',
  'key:*',
  'label',
  'label:*',
  'session:*',
  'provider',
  'model',
];

interface LimitFormProps {
  limits: readonly LimitStatus[];
  /** The scope whose limits are changed; absent where one is added. */
  known?: string;
  nameOfKey: (id: string) => string;
  onClose: () => void;
  onDone: () => void;
}

/** Sets the limits of a scope, all of them at once. */
export const LimitForm = ({ limits, known, nameOfKey, onClose, onDone }: LimitFormProps) => {
  const [draft, setDraft] = useState<LimitDraft>(known ? draftOf(known, limits) : NEW_LIMIT);
  const submission = useSubmit(async () => {
    await api.setLimit(fieldsOf(draft));
    onDone();
  });
  const { willDo, warnings } = describeLimit(draft, limits);
  return (
    <FormDialog
      title={known ? texts.limits.editTitle(nameScope(known, nameOfKey)) : texts.limits.createTitle}
      submitLabel={texts.limits.set}
      submission={submission}
      willDo={willDo}
      warnings={warnings}
      knownParams={['scope', ...RULES]}
      onClose={onClose}
    >
      {!known && (
        <ScopeFields
          draft={draft.scope}
          set={(scope) => setDraft((last) => ({ ...last, scope }))}
          submission={submission}
          kinds={KINDS}
        />
      )}
      {RULES.map((rule) => (
        <TextField
          key={rule}
          label={texts.limits.fieldNames[rule]}
          hint=""
          problem={problemOf(submission, rule)}
          value={draft.rules[rule]}
          numeric
          onInput={(count) => setDraft((last) => ({ ...last, rules: { ...last.rules, [rule]: count } }))}
        />
      ))}
    </FormDialog>
  );
};
