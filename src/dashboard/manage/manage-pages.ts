import { computed } from '@preact/signals';
import type { Page } from '../state/route.ts';
import { may } from '../state/viewer.ts';

/** In the order of the tabs, with the role from which on each is there. */
const MANAGE_PAGES = [
  ['keys', 'auditor'],
  ['budgets', 'member'],
  ['limits', 'member'],
  ['fleet', 'auditor'],
  ['admin-log', 'auditor'],
] as const satisfies ReadonlyArray<readonly [Page, 'member' | 'auditor']>;

/** Those that the viewer may read. */
export const managePages = computed((): readonly Page[] =>
  MANAGE_PAGES.filter(([, role]) => may(role)).map(([name]) => name),
);

export const isManagePage = (name: Page): boolean => MANAGE_PAGES.some(([known]) => known === name);
