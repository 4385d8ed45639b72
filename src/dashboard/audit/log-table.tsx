import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { minuteMs } from '../state/now.ts';
import { addressWith, goTo, query } from '../state/route.ts';
import { texts } from '../texts.ts';
import { COLUMNS } from './columns.ts';
import { LogRow } from './log-row.tsx';
import type { LogStore } from './log-store.ts';
import { useHits } from './use-hits.ts';
import { useHold } from './use-hold.ts';
import { useWindow } from './use-window.ts';

const ROW_HEIGHT = 28;
/** Below this width a row takes two lines; styles/table.css has the same number. */
const NARROW_WIDTH = 560;
const NARROW_ROW_HEIGHT = 48;
/** With where the text was said, in a second line. */
const HIT_ROW_HEIGHT = 48;
/** A row so far out of view did not come by a step of the keyboard: it goes to the middle. */
const FAR_ROWS = 3;

interface LogTableProps {
  store: LogStore;
  scroller: RefObject<HTMLDivElement | null>;
  /** The row that the drawer shows, or the keyboard is at. */
  current: string | undefined;
  open: string | undefined;
  paused: boolean;
  /** The text that was searched in bodies: each row tells where it was said. */
  hitText: string | undefined;
}

/** The head of a column; one that the log can be sorted by turns the order around, and takes it back at the third click. */
const ColumnHead = ({ column: { key, label, sort } }: { column: (typeof COLUMNS)[number] }) => {
  const isSorted = sort !== undefined && query.value.get('sort') === sort;
  const isAscending = query.value.get('order') === 'asc';
  const next = !isSorted
    ? { sort, order: undefined }
    : isAscending
      ? { sort: undefined, order: undefined }
      : { sort, order: 'asc' };
  return (
    <span
      role="columnheader"
      class={`c-${key}`}
      title={texts.columnTitles[key]}
      aria-sort={isSorted ? (isAscending ? 'ascending' : 'descending') : undefined}
    >
      {sort ? (
        <a class="sort" href={addressWith(next)} aria-label={texts.filter.sortBy(label)}>
          {label}
          {isSorted && <Icon name={isAscending ? 'up' : 'down'} />}
        </a>
      ) : (
        label
      )}
    </span>
  );
};

const rowIdOf = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset.id : undefined;

export const LogTable = ({ store, scroller, current, open, paused, hitText }: LogTableProps) => {
  const [narrow, setNarrow] = useState(false);
  const withHits = hitText !== undefined;
  const rowHeight = narrow ? NARROW_ROW_HEIGHT : withHits ? HIT_ROW_HEIGHT : ROW_HEIGHT;
  // Read so that the table is rendered anew when a row changes.
  void store.version.value;
  const count = store.count();
  const shown = useWindow(scroller, count, rowHeight);
  const mayClick = useHold(scroller, store, shown.scrolled, paused);
  const today = new Date(minuteMs.value).toDateString();

  const inView = withHits
    ? Array.from({ length: shown.end - shown.first }, (_, place) => store.at(shown.first + place)?.id)
    : [];
  const hits = useHits(
    hitText,
    inView.filter((id) => id !== undefined),
  );

  useEffect(() => setNarrow(shown.width > 0 && shown.width < NARROW_WIDTH), [shown.width]);
  useEffect(() => store.need(shown.first, shown.end), [store, shown.first, shown.end, count]);

  // Following the keyboard: the row that became current comes into view.
  const followed = useRef<string | undefined>(undefined);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !current || followed.current === current) return;
    const index = store.indexOf(current);
    // It may be on its way.
    if (index < 0) return;
    followed.current = current;
    const top = index * rowHeight;
    const bottom = top + rowHeight - element.clientHeight;
    const far =
      top < element.scrollTop - FAR_ROWS * rowHeight || bottom > element.scrollTop + FAR_ROWS * rowHeight;
    if (far) element.scrollTop = top - element.clientHeight / 2;
    else if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop) element.scrollTop = bottom;
  });

  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const id = rowIdOf(event.target);
    if (!id) return;
    event.preventDefault();
    if (mayClick() && !getSelection()?.toString()) goTo(addressWith({ open: id }));
  };

  const rows = [];
  for (let index = shown.first; index < shown.end; index++) {
    const entry = store.at(index);
    rows.push(
      entry ? (
        <LogRow
          key={entry.id}
          entry={entry}
          index={index}
          today={today}
          open={entry.id === open}
          hit={withHits ? (hits.get(entry.id) ?? null) : undefined}
          reachable={entry.id === current || (!current && index === 0)}
        />
      ) : (
        <div key={`row ${index}`} class="row missing" role="row" aria-rowindex={index + 2}>
          <span role="gridcell" class="hidden-text">
            {texts.loading}
          </span>
        </div>
      ),
    );
  }
  return (
    <div
      class={`log ${narrow ? 'narrow' : ''} ${withHits ? 'with-hits' : ''}`}
      role="grid"
      aria-label={texts.audit.tableLabel}
      aria-rowcount={count + 1}
    >
      <div role="rowgroup" class="log-head">
        <div class="row head" role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <ColumnHead key={column.key} column={column} />
          ))}
        </div>
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the page's (page-keys.ts) */}
      <div class="log-scroller" ref={scroller} role="rowgroup" onClick={click}>
        <div class="log-space" style={{ height: `${count * rowHeight}px` }}>
          <div class="log-rows" style={{ transform: `translateY(${shown.first * rowHeight}px)` }}>
            {rows}
          </div>
        </div>
      </div>
      {(shown.scrolled || paused || store.waiting.value > 0) && (
        <button
          type="button"
          class="arrivals"
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 });
            store.hold(false);
          }}
        >
          <Icon name={shown.scrolled ? 'up' : 'pause'} />
          {store.waiting.value > 0 ? texts.audit.waiting(store.waiting.value) : texts.audit.held}
        </button>
      )}
    </div>
  );
};
