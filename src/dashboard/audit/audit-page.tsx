import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { AuditLogQuery } from '../../admin/api-types/queries.ts';
import { parseSearch } from '../../log/search/parse-search.ts';
import { Drawer } from '../drawer/drawer.tsx';
import { copyText } from '../parts/copy-text.ts';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { toast } from '../parts/toast.tsx';
import { actionOf, type KeyActions } from '../shell/page-keys.ts';
import { api } from '../state/api.ts';
import { addressOf, choose, query } from '../state/route.ts';
import { texts } from '../texts.ts';
import { noFilter, readFilter } from './filters/filter.ts';
import { FilterBar } from './filters/filter-bar.tsx';
import { createLogStore, type LogStore } from './log-store.ts';
import { LogTable } from './log-table.tsx';

const Empty = ({ filtered, searched }: { filtered: boolean; searched: string | undefined }) =>
  filtered ? (
    <Notice icon="search" title={texts.audit.nothingFound}>
      <p>{searched ? texts.audit.notInFields : texts.audit.nothingFoundHint}</p>
      {searched && (
        <button type="button" class="button primary" onClick={() => choose({ in: 'bodies' })}>
          {texts.audit.searchBodies(searched)}
        </button>
      )}
      <button type="button" class="button" onClick={() => choose(noFilter())}>
        {texts.filter.clear}
      </button>
    </Notice>
  ) : (
    <Notice icon="terminal" title={texts.audit.empty}>
      <p>{texts.audit.emptyHint}</p>
      <pre class="block">{texts.audit.emptyCommand}</pre>
      <a class="link" href={addressOf('connect')}>
        {texts.audit.emptyLink}
      </a>
    </Notice>
  );

const Content = ({
  store,
  filtered,
  searched,
  ...table
}: { store: LogStore; filtered: boolean; searched: string | undefined } & Parameters<typeof LogTable>[0]) => {
  const state = store.state.value;
  void store.version.value;
  if (state.kind === 'failed') return <LoadFailed error={state.error} retry={() => void store.reload()} />;
  if (state.kind === 'loading') return <Loading lines={20} />;
  if (store.count() === 0 && store.searching.value) {
    return <Notice icon="search" title={texts.audit.searching} />;
  }
  return store.count() === 0 ? (
    <Empty filtered={filtered} searched={searched} />
  ) : (
    <LogTable store={store} {...table} />
  );
};

const copyCurl = async (id: string): Promise<void> => {
  try {
    const { curl } = await api.detail(id, 1);
    toast((await copyText(curl)) ? texts.copy.curl : texts.copy.failed);
  } catch {
    toast(texts.copy.failed);
  }
};

/** The text that is searched, without what narrows the log beside it. */
const wordsOf = ({ q, search }: AuditLogQuery): string | undefined => {
  try {
    return parseSearch(q ?? '', 0).filter.search ?? search;
  } catch {
    return search;
  }
};

export const AuditPage = () => {
  const filter = readFilter(query.value);
  const asked = JSON.stringify(filter);
  const open = query.value.get('open') ?? undefined;
  const store = useMemo(() => createLogStore(JSON.parse(asked)), [asked]);
  useEffect(() => store.close, [store]);
  const scroller = useRef<HTMLDivElement>(null);
  const cursor = useSignal<string | undefined>(open);
  const paused = useSignal(false);
  const current = open ?? cursor.value;

  useEffect(() => {
    if (open) cursor.value = open;
    if (open) store.locate(open);
  }, [open, cursor, store, store.state.value.kind]);

  useEffect(() => {
    // Read at the press: keys come faster than renderings.
    const openNow = () => query.value.get('open') ?? undefined;
    const currentNow = () => openNow() ?? cursor.value;
    const move = (by: 1 | -1): void => {
      const present = currentNow();
      const index = present === undefined ? -1 : store.indexOf(present);
      const next = store.at(index < 0 ? 0 : Math.max(0, Math.min(store.count() - 1, index + by)));
      if (!next) return;
      cursor.value = next.id;
      // An open drawer follows the keyboard; the way back leads past it, not through every row.
      if (openNow()) choose({ open: next.id }, 'replace');
      else
        requestAnimationFrame(() =>
          scroller.current?.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.focus(),
        );
    };
    const actions: Omit<KeyActions, 'search' | 'help'> = {
      down: () => move(1),
      up: () => move(-1),
      open: () => choose({ open: currentNow() }),
      close: () => {
        if (openNow()) choose({ open: undefined, section: undefined });
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      },
      errors: () => {
        const isNarrowed = query.value.get('error_type') === 'any';
        choose({ error_type: isNarrowed ? undefined : 'any', status_code: undefined });
      },
      copy: () => {
        const present = currentNow();
        if (present) void copyCurl(present);
      },
    };
    const press = (event: KeyboardEvent) => {
      const action = actionOf(event);
      if (!action || action === 'search' || action === 'help') return;
      event.preventDefault();
      actions[action]();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [store, cursor]);

  return (
    <div class={`audit ${open ? 'with-drawer' : ''}`}>
      <section class="audit-list" aria-label={texts.pages.audit}>
        <h1 class="hidden-text">{texts.pages.audit}</h1>
        <FilterBar filter={filter} store={store} paused={paused} />
        <Content
          store={store}
          filtered={asked !== '{}'}
          searched={filter.in === 'bodies' ? undefined : wordsOf(filter)}
          hitText={filter.in === 'bodies' ? wordsOf(filter) : undefined}
          scroller={scroller}
          current={current}
          open={open}
          paused={paused.value}
        />
      </section>
      {open && <Drawer id={open} />}
    </div>
  );
};
