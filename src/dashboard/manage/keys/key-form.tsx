import { useState } from 'preact/hooks';
import type { IssuedKeyAnswer, KeyAnswer } from '../../../admin/api-types/access.ts';
import { ChoiceField, SwitchField, TextField } from '../../form/fields.tsx';
import { FormDialog } from '../../form/form-dialog.tsx';
import { problemOf, useSubmit } from '../../form/use-submit.ts';
import { api } from '../../state/api.ts';
import { nowMs } from '../../state/now.ts';
import { useLoad } from '../../state/use-load.ts';
import { viewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { describeChanges, describeNewKey } from './describe-key.ts';
import { changedTerms, draftOf, type KeyDraft, NEW_KEY, termsOf } from './key-terms.ts';

const { fields } = texts.keys;
const PARAMS = ['name', 'role', 'userPath', 'labels', 'models', 'providers', 'bodies', 'expires'];

interface TermFieldsProps {
  draft: KeyDraft;
  set: (changes: Partial<KeyDraft>) => void;
  problem: (param: string) => string | undefined;
}

const TermFields = ({ draft, set, problem }: TermFieldsProps) => {
  const providers = useLoad('providers', api.providers).value ?? [];
  const models = useLoad('models', (signal) => api.models({ days: 366, limit: 200 }, signal)).value;
  const field = (name: 'name' | 'userPath' | 'labels' | 'models' | 'providers' | 'expires') => ({
    label: fields[name][0],
    hint: fields[name][1],
    problem: problem(name),
    value: draft[name],
    onInput: (value: string) => set({ [name]: value }),
  });
  return (
    <>
      <TextField {...field('name')} required />
      <ChoiceField
        label={fields.role[0]}
        hint={fields.role[1]}
        problem={problem('role')}
        value={draft.role}
        options={texts.keys.roleOptions}
        onChange={(role) => set({ role })}
      />
      <TextField {...field('userPath')} placeholder="/team/alpha" />
      <TextField {...field('labels')} />
      <TextField {...field('models')} options={[...new Set(models?.entries.map(({ model }) => model))]} />
      <TextField {...field('providers')} options={providers.map(({ name }) => name)} />
      <ChoiceField
        label={fields.bodies[0]}
        hint={fields.bodies[1]}
        problem={problem('bodies')}
        value={draft.bodies}
        options={texts.keys.bodyOptions}
        onChange={(bodies) => set({ bodies })}
      />
      <TextField {...field('expires')} placeholder="90d" />
      <SwitchField
        label={fields.acceptsUserPath}
        checked={draft.acceptsUserPath}
        onChange={(acceptsUserPath) => set({ acceptsUserPath })}
      />
    </>
  );
};

interface KeyFormProps {
  /** The key that is changed; absent where one is made. */
  known?: KeyAnswer;
  onClose: () => void;
  /** @param issued the new key, with its text */
  onDone: (issued?: IssuedKeyAnswer) => void;
}

const warningsOf = (draft: KeyDraft, known: KeyAnswer | undefined): string[] => {
  const { warn } = texts.keys;
  if (known) return [];
  if (viewer.value?.required !== false) return [];
  return draft.role === 'admin' ? [warn.guards] : [warn.guards, warn.locksOut];
};

/** Makes a key, or changes what one may do. */
export const KeyForm = ({ known, onClose, onDone }: KeyFormProps) => {
  const isFirst = known === undefined && viewer.value?.required === false;
  const [draft, setDraft] = useState<KeyDraft>(
    known ? draftOf(known) : { ...NEW_KEY, ...(isFirst && { role: 'admin' }) },
  );
  const submission = useSubmit(async () => {
    if (known) await api.changeKey(known.id, changedTerms(known, draft));
    onDone(known ? undefined : await api.createKey(termsOf(draft)));
  });
  const at = nowMs.peek();
  return (
    <FormDialog
      title={known ? texts.keys.editTitle(known.name) : texts.keys.createTitle}
      submitLabel={known ? texts.keys.save : texts.keys.create}
      submission={submission}
      willDo={known ? describeChanges(known, draft, at) : describeNewKey(draft, at)}
      warnings={warningsOf(draft, known)}
      canSubmit={!known || Object.keys(changedTerms(known, draft)).length > 0}
      knownParams={PARAMS}
      onClose={onClose}
    >
      <TermFields
        draft={draft}
        set={(changes) => setDraft((last) => ({ ...last, ...changes }))}
        problem={(param) => problemOf(submission, param)}
      />
    </FormDialog>
  );
};
