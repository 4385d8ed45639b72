import type { KeyAnswer } from '../../../admin/api-types/access.ts';

type Role = KeyAnswer['role'];

/** What the form of a key holds, as it is typed. */
export interface KeyDraft {
  readonly name: string;
  readonly role: Role;
  readonly userPath: string;
  readonly acceptsUserPath: boolean;
  /** With commas between, as the next two. */
  readonly labels: string;
  readonly models: string;
  readonly providers: string;
  /** Empty: as the role has it. */
  readonly bodies: KeyAnswer['bodies'] | '';
  /** A span or a date; empty: never, or unchanged in a form that changes a key. */
  readonly expires: string;
}

export const NEW_KEY: KeyDraft = {
  name: '',
  role: 'user',
  userPath: '',
  acceptsUserPath: false,
  labels: '',
  models: '',
  providers: '',
  bodies: '',
  expires: '',
};

export const draftOf = (key: KeyAnswer): KeyDraft => ({
  name: key.name,
  role: key.role,
  userPath: key.userPath ?? '',
  acceptsUserPath: key.acceptsUserPath,
  labels: key.labels.join(', '),
  models: key.models.join(', '),
  providers: key.providers.join(', '),
  bodies: key.bodies,
  expires: key.expiresAt ?? '',
});

export const splitList = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\s]/)
      .map((entry) => entry.trim())
      .filter(Boolean),
  ),
];

/** By role, as the gateway has them where nothing is said. */
const DEFAULT_BODIES: Readonly<Record<Role, KeyAnswer['bodies']>> = {
  admin: 'all',
  auditor: 'all',
  member: 'own',
  user: 'none',
};

export const bodiesOf = ({ bodies, role }: Pick<KeyDraft, 'bodies' | 'role'>): KeyAnswer['bodies'] =>
  bodies === '' ? DEFAULT_BODIES[role] : bodies;

/** The draft as `POST keys` takes it. */
export const termsOf = (draft: KeyDraft): Record<string, unknown> => ({
  name: draft.name.trim(),
  role: draft.role,
  ...(draft.userPath.trim() && { userPath: draft.userPath.trim() }),
  acceptsUserPath: draft.acceptsUserPath,
  labels: splitList(draft.labels),
  models: splitList(draft.models),
  providers: splitList(draft.providers),
  ...(draft.bodies && { bodies: draft.bodies }),
  ...(draft.expires.trim() && { expires: draft.expires.trim() }),
});

export type Term = keyof KeyDraft;

/** The terms in which a draft differs from the key, as `PATCH keys/:id` takes them: what is taken away is null. */
export const changedTerms = (key: KeyAnswer, draft: KeyDraft): Record<string, unknown> => {
  const before = draftOf(key);
  const changed: Record<string, unknown> = {};
  const isSame = (one: string, other: string): boolean => splitList(one).join() === splitList(other).join();
  if (draft.name.trim() !== before.name) changed.name = draft.name.trim();
  if (draft.role !== before.role) changed.role = draft.role;
  if (draft.userPath.trim() !== before.userPath) changed.userPath = draft.userPath.trim() || null;
  if (draft.acceptsUserPath !== before.acceptsUserPath) changed.acceptsUserPath = draft.acceptsUserPath;
  for (const list of ['labels', 'models', 'providers'] as const) {
    if (!isSame(draft[list], before[list])) changed[list] = splitList(draft[list]);
  }
  if (draft.bodies !== '' && draft.bodies !== before.bodies) changed.bodies = draft.bodies;
  if (draft.expires.trim() !== before.expires) changed.expires = draft.expires.trim() || null;
  return changed;
};
