import { addressOf, goTo, page } from '../state/route.ts';
import { helpOpen } from './help-dialog.tsx';

/** What keys do, on the pages that have something for them. */
export interface KeyActions {
  search(): void;
  down(): void;
  up(): void;
  open(): void;
  close(): void;
  copy(): void;
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
    case '?':
      return 'help';
    default:
      return undefined;
  }
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

/** The rows of a page that are links or buttons: the turns of an open session, or the sessions. */
const moveFocus = (by: 1 | -1): void => {
  const turns = [...document.querySelectorAll<HTMLElement>('main .turn-fold')];
  const rows =
    turns.length > 0 ? turns : [...document.querySelectorAll<HTMLElement>('main .session-list li > a')];
  const place = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[place < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, place + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};

/** The keys that mean the same on every page. @returns stops listening */
export const listenToKeys = (): (() => void) => {
  const press = (event: KeyboardEvent): void => {
    const action = actionOf(event);
    const isMove = action === 'down' || action === 'up';
    // The log moves through rows of which most are not there.
    if (action !== 'search' && action !== 'help' && !(isMove && page.value !== 'audit')) return;
    event.preventDefault();
    if (action === 'search') focusSearch();
    else if (action === 'help') helpOpen.value = true;
    else moveFocus(action === 'down' ? 1 : -1);
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
};
