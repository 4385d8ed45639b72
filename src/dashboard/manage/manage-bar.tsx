import type { ComponentChildren } from 'preact';
import { addressOf, page } from '../state/route.ts';
import { texts } from '../texts.ts';
import { managePages } from './manage-pages.ts';

/** The pages by which the gateway is managed, as tabs of one, and what can be done on the one in view. */
export const ManageBar = ({ children }: { children?: ComponentChildren }) => (
  <div class="page-bar">
    <h1 class="hidden-text">{texts.pages[page.value]}</h1>
    <nav class="segments" aria-label={texts.manage.tabsLabel}>
      {managePages.value.map((name) => (
        <a key={name} href={addressOf(name)} aria-current={page.value === name ? 'page' : undefined}>
          {texts.pages[name]}
        </a>
      ))}
    </nav>
    {children}
  </div>
);
