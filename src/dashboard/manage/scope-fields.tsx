import { ChoiceField, TextField } from '../form/fields.tsx';
import { problemOf, type Submission } from '../form/use-submit.ts';
import { api } from '../state/api.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { needsValue, type ScopeDraft, type ScopeKind } from './scope-draft.ts';

interface ScopeFieldsProps {
  draft: ScopeDraft;
  set: (changes: ScopeDraft) => void;
  submission: Submission;
  /** The kinds that there are here. */
  kinds: readonly ScopeKind[];
}

const FIELD_OF = {
  path: 'path',
  child: 'path',
  key: 'key',
  label: 'label',
  provider: 'provider',
  model: 'model',
} as const;

const { fields } = texts.scopes;

/** Whom a budget or a limit holds for. */
export const ScopeFields = ({ draft, set, submission, kinds }: ScopeFieldsProps) => {
  const keys = useLoad('keys', api.keys).value?.keys ?? [];
  const living = keys.filter(({ state }) => state !== 'revoked');
  const firstOf = (kind: ScopeKind): string => (kind === 'key' ? (living[0]?.id ?? '') : '');
  const which = FIELD_OF[draft.kind as keyof typeof FIELD_OF] ?? 'path';
  return (
    <>
      <ChoiceField
        label={fields.kind[0]}
        hint={fields.kind[1]}
        value={draft.kind}
        options={texts.scopes.options.filter(([kind]) => kinds.includes(kind))}
        onChange={(kind) => set({ kind, value: firstOf(kind) })}
      />
      {draft.kind === 'key' && living.length > 0 ? (
        <ChoiceField
          label={fields.key[0]}
          problem={problemOf(submission, 'scope')}
          value={draft.value}
          options={living.map(({ id, name }) => [id, `${name} (${id})`] as const)}
          onChange={(value) => set({ ...draft, value })}
        />
      ) : (
        needsValue(draft.kind) && (
          <TextField
            label={fields[which][0]}
            hint={fields[which][1]}
            problem={problemOf(submission, 'scope')}
            value={draft.value}
            required
            onInput={(value) => set({ ...draft, value })}
          />
        )
      )}
    </>
  );
};
