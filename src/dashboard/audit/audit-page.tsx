import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Drawer } from '../drawer/drawer.tsx';
import { copyText } from '../parts/copy-text.ts';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { toast } from '../parts/toast.tsx';
import { helpOpen } from '../shell/help-dialog.tsx';
import { api } from '../state/api.ts';
import { addressOf, choose, query } from '../state/route.ts';
import { texts } from '../texts.ts';
import { actionOf, type KeyActions } from './audit-keys.ts';
import { noFilter, readFilter } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { createLogStore, type LogStore } from './log-store.ts';
import { LogTable } from './log-table.tsx';

const Empty = ({ filtered }: { filtered: boolean }) =>
  filtered ? (
    <Notice icon="search" title={texts.audit.nothingFound}>
      <p>{texts.audit.nothingFoundHint}</p>
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
  ...table
}: { store: LogStore; filtered: boolean } & Parameters<typeof LogTable>[0]) => {
  const state = store.state.value;
  void store.version.value;
  if (state.kind === 'failed') return <LoadFailed error={state.error} retry={store.reload} />;
  if (state.kind === 'loading') return <Loading lines={20} />;
  return store.count() === 0 ? <Empty filtered={filtered} /> : <LogTable store={store} {...table} />;
};

const copyCurl = async (id: string): Promise<void> => {
  try {
    const { curl } = await api.detail(id, 1);
    toast((await copyText(curl)) ? texts.copy.curl : texts.copy.failed);
  } catch {
    toast(texts.copy.failed);
  }
};

export const AuditPage = () => {
  const filter = readFilter(query.value);
  const asked = JSON.stringify(filter);
  const open = query.value.get('open') ?? undefined;
  const store = useMemo(() => createLogStore(JSON.parse(asked)), [asked]);
  useEffect(() => store.close, [store]);
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const cursor = useSignal<string | undefined>(open);
  const paused = useSignal(false);
  const current = open ?? cursor.value;

  useEffect(() => {
    if (open) cursor.value = open;
  }, [open, cursor]);

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
    const actions: KeyActions = {
      search: () => search.current?.focus(),
      down: () => move(1),
      up: () => move(-1),
      open: () => choose({ open: currentNow() }),
      close: () => {
        if (openNow()) choose({ open: undefined, section: undefined });
        else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      },
      copy: () => {
        const present = currentNow();
        if (present) void copyCurl(present);
      },
      help: () => {
        helpOpen.value = true;
      },
    };
    const press = (event: KeyboardEvent) => {
      const action = actionOf(event);
      if (!action) return;
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
        <FilterBar filter={filter} store={store} search={search} paused={paused} />
        <Content
          store={store}
          filtered={asked !== '{}'}
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
