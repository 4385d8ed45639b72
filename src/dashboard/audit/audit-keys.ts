/** What the keys of the audit page do. */
export interface KeyActions {
  search(): void;
  move(by: 1 | -1): void;
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
    case 'k':
      return 'move';
    case 'ArrowDown':
    case 'ArrowUp':
      return event.target instanceof Element && event.target.closest('[role=row]') ? 'move' : undefined;
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
