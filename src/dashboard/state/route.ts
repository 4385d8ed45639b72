import { computed, signal } from '@preact/signals';
import { BASE } from './place.ts';

const PAGES = [
  'audit',
  'sessions',
  'usage',
  'keys',
  'budgets',
  'limits',
  'admin-log',
  'fleet',
  'sign-ins',
  'connect',
  'compare',
] as const;
export type Page = (typeof PAGES)[number];

/** What the address says: the page, and everything that is chosen on it. */
interface Route {
  readonly page: Page;
  readonly query: URLSearchParams;
}

const isPage = (name: string): name is Page => (PAGES as readonly string[]).includes(name);

const read = (): Route => {
  const name = location.pathname.slice(BASE.length).split('/')[0] ?? '';
  return { page: isPage(name) ? name : 'audit', query: new URLSearchParams(location.search) };
};

const route = signal<Route>(read());

addEventListener('popstate', () => {
  route.value = read();
});

export const page = computed(() => route.value.page);
export const query = computed(() => route.value.query);

export type Choices = Readonly<Record<string, string | undefined>>;

/** The address of a page with these choices; a choice that is empty or undefined is left out. */
export const addressOf = (name: Page, choices: Choices = {}): string => {
  const wanted = new URLSearchParams();
  for (const [key, value] of Object.entries(choices)) if (value) wanted.set(key, value);
  const text = wanted.toString();
  return `${BASE}${name}${text && `?${text}`}`;
};

/** The present page's address with some choices changed. */
export const addressWith = (changes: Choices): string =>
  addressOf(page.value, { ...Object.fromEntries(query.value), ...changes });

const show = (address: string, how: 'push' | 'replace'): void => {
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  route.value = read();
};

/** Goes to an address of this page without loading it anew. */
export const goTo = (address: string): void => show(address, 'push');

/** Changes choices; `replace` where going back should not undo each of them, as with typed text. */
export const choose = (changes: Choices, how: 'push' | 'replace' = 'push'): void => {
  const address = addressWith(changes);
  if (address !== location.pathname + location.search) show(address, how);
};

/** Lets plain clicks on our own links stay within the page; others (new tab, download) are the browser's. */
export const followLinks = (): void => {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || modified || event.defaultPrevented || link.hasAttribute('download') || link.target) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(BASE)) return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
};
