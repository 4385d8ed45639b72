import { computed } from '@preact/signals';
import type { Page } from '../state/route.ts';
import { may, viewer } from '../state/viewer.ts';

/** In the order of the tabs, with the role from which on each is there. */
const MANAGE_PAGES = [
  ['keys', 'auditor'],
  ['budgets', 'member'],
  ['limits', 'member'],
  ['fleet', 'auditor'],
  ['sign-ins', 'member'],
  ['admin-log', 'auditor'],
] as const satisfies ReadonlyArray<readonly [Page, 'member' | 'auditor']>;

/** Without an identity provider there are no sign-ins to list. */
const isThere = (name: Page): boolean => name !== 'sign-ins' || viewer.value?.sign_in === true;

/** Those that the viewer may read. */
export const managePages = computed((): readonly Page[] =>
  MANAGE_PAGES.filter(([name, role]) => may(role) && isThere(name)).map(([name]) => name),
);

export const isManagePage = (name: Page): boolean => MANAGE_PAGES.some(([known]) => known === name);
