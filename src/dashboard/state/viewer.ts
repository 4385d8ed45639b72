import { signal } from '@preact/signals';
import type { SessionAnswer } from '../../admin/api-types/access.ts';
import { access, api } from './api.ts';

type Role = NonNullable<SessionAnswer['role']>;

/** Who looks at the page, and what they may do; undefined until the gateway has said so. */
export const viewer = signal<SessionAnswer | undefined>(undefined);

/** As the gateway ranks them: each role may do what those before it may. */
const RANKS: Readonly<Record<Role, number>> = { user: 0, member: 1, auditor: 2, admin: 3 };

/** Whether to offer something that the gateway grants to this role and to those above it. */
export const may = (role: Role): boolean => RANKS[viewer.value?.role ?? 'user'] >= RANKS[role];

/** Asks who looks at the page. @throws ApiError */
export const loadViewer = async (): Promise<void> => {
  const answer = await api.session();
  viewer.value = answer;
  access.value = answer.required && !answer.authenticated ? 'refused' : 'granted';
};
