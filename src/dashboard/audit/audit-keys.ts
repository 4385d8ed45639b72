/** What the keys of the audit page do. */
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
