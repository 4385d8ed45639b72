import type { ComponentChildren } from 'preact';
import type { IconName } from '../parts/icon.tsx';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { addressOf, type Page, page } from '../state/route.ts';
import type { Load } from '../state/use-load.ts';
import { may } from '../state/viewer.ts';
import { texts } from '../texts.ts';
import { managePages } from './manage-pages.ts';

/** What stands where there is nothing to list. */
interface Emptiness {
  readonly icon: IconName;
  readonly title: string;
  /** What would be here, and how it comes here. */
  readonly hint?: string | undefined;
  /** For those who may not add anything: who may. */
  readonly reading?: string | undefined;
}

interface ManagePageProps<Value> {
  name: Page;
  load: Load<Value>;
  /** What narrows the list, beside the tabs. */
  bar?: ComponentChildren;
  /** What an admin can add. */
  add?: { readonly label: string; readonly onClick: () => void };
  /** What is wrong with what is set, beside the list. */
  problem?: string | undefined;
  /** @returns undefined where there is something to list */
  emptiness: (value: Value) => Emptiness | undefined;
  /** Below the list, such as a way to more of it. */
  after?: ComponentChildren;
  /** A form or a question over the page. */
  dialog?: ComponentChildren;
  children: (value: Value) => ComponentChildren;
}

/** The pages by which the gateway is managed, as tabs of one. */
const Tabs = () => (
  <nav class="segments" aria-label={texts.manage.tabsLabel}>
    {managePages.value.map((name) => (
      <a key={name} href={addressOf(name)} aria-current={page.value === name ? 'page' : undefined}>
        {texts.pages[name]}
      </a>
    ))}
  </nav>
);

const Nothing = ({ icon, title, hint, reading }: Emptiness) => (
  <Notice icon={icon} title={title}>
    {hint && <p>{hint}</p>}
    {reading && !may('admin') && <p class="dim">{reading}</p>}
  </Notice>
);

/** One of the pages by which the gateway is managed: tabs, what can be added, and a list or why there is none. */
export const ManagePage = <Value,>(props: ManagePageProps<Value>) => {
  const { name, load, bar, add, problem, emptiness, after, dialog, children } = props;
  const { value, error, reload } = load;
  const nothing = value === undefined ? undefined : emptiness(value);
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages[name]}>
      <div class="page-bar">
        <h1 class="hidden-text">{texts.pages[name]}</h1>
        <Tabs />
        {bar}
        <span class="grow" />
        {add && may('admin') && value !== undefined && (
          <button type="button" class="button primary" onClick={add.onClick}>
            {add.label}
          </button>
        )}
      </div>
      {problem && (
        <p class="form-failure" role="alert">
          {problem}
        </p>
      )}
      {value === undefined ? (
        error ? (
          <LoadFailed error={error} retry={reload} />
        ) : (
          <Loading lines={10} />
        )
      ) : (
        <>
          {nothing && <Nothing {...nothing} />}
          {!nothing && children(value)}
        </>
      )}
      {after}
      {dialog}
    </div>
  );
};
