import { addressOf, choose, goTo, page, query } from '../state/route.ts';
import { helpOpen } from './help-dialog.tsx';

/** What keys do, on the pages that have something for them. */
export interface KeyActions {
  search(): void;
  down(): void;
  up(): void;
  open(): void;
  close(): void;
  copy(): void;
  /** What failed: alone in the log, the next one elsewhere. */
  errors(): void;
  help(): void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input, textarea, select') ||
    target.closest('dialog') !== null);

/** Whether Enter belongs to what has the focus: a button, a link, a fold. */
const isOperable = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button, a, summary, [role=tab]') !== null;

const isRow = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role=row]') !== null;

/**
 * The deed of a key, or undefined where the key is someone else's: typed into a field, a browser's
 * own combination, or Enter on a button.
 */
export const actionOf = (event: KeyboardEvent): keyof KeyActions | undefined => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return undefined;
  if (isTyping(event.target)) return undefined;
  switch (event.key) {
    case '/':
      return 'search';
    case 'j':
      return 'down';
    case 'k':
      return 'up';
    case 'ArrowDown':
      return isRow(event.target) ? 'down' : undefined;
    case 'ArrowUp':
      return isRow(event.target) ? 'up' : undefined;
    case 'Enter':
      return isOperable(event.target) ? undefined : 'open';
    case 'Escape':
      return 'close';
    case 'c':
      return 'copy';
    case 'e':
      return 'errors';
    case '?':
      return 'help';
    default:
      return undefined;
  }
};

const openHelp = (): void => {
  helpOpen.value = true;
};

const FOCUS_AFTER_FRAMES = 2;

/** The search field of this page; where it has none, that of the log. */
const focusSearch = (): void => {
  const find = (): HTMLInputElement | null => document.querySelector('main input[type=search]');
  const field = find();
  if (field) {
    field.focus();
    return;
  }
  goTo(addressOf('audit'));
  let frames = 0;
  const wait = (): void => {
    if (frames++ < FOCUS_AFTER_FRAMES) requestAnimationFrame(wait);
    else find()?.focus();
  };
  wait();
};

/** The rows of the page that have the keyboard: those of an open session, else those of the whole page. */
const rowsInView = (): HTMLElement[] => {
  const inStory = [...document.querySelectorAll<HTMLElement>('main .story [data-nav-row]')];
  return inStory.length > 0 ? inStory : [...document.querySelectorAll<HTMLElement>('main [data-nav-row]')];
};

const focusRow = (row: HTMLElement | undefined): void => {
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
};

const moveFocus = (by: 1 | -1): void => {
  const rows = rowsInView();
  const place = rows.indexOf(document.activeElement as HTMLElement);
  focusRow(rows[place < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, place + by))]);
};

/** The next row that tells of a failure; behind the last one, the first. */
const focusNextFailure = (): void => {
  const rows = rowsInView();
  const failed = rows.filter((row) => row.closest('[data-failed]') !== null);
  const present = rows.indexOf(document.activeElement as HTMLElement);
  focusRow(failed.find((row) => rows.indexOf(row) > present) ?? failed[0]);
};

/** Closes an open session, and leaves the keyboard on its row of the list. */
const closeStory = (): void => {
  const session = query.value.get('session');
  if (page.value !== 'sessions' || session === null) return;
  choose({ session: undefined, at: undefined, turns: undefined, from: undefined });
  requestAnimationFrame(() =>
    focusRow(rowsInView().find((row) => row.matches(`[href*="${CSS.escape(session)}"]`))),
  );
};

/** What the keys do on a page that has no deeds of its own for them. */
const DEEDS: Partial<KeyActions> = {
  down: () => moveFocus(1),
  up: () => moveFocus(-1),
  errors: focusNextFailure,
  close: closeStory,
};

/** The keys that mean the same on every page. @returns stops listening */
export const listenToKeys = (): (() => void) => {
  const press = (event: KeyboardEvent): void => {
    const action = actionOf(event);
    if (!action) return;
    // The log moves through rows of which most are not there.
    const deed = page.value === 'audit' ? undefined : DEEDS[action];
    const shared = action === 'search' ? focusSearch : action === 'help' ? openHelp : deed;
    if (!shared) return;
    event.preventDefault();
    shared();
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
};
