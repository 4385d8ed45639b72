import { useLayoutEffect, useRef } from 'preact/hooks';
import type { UsageQuery } from '../../admin/api-types/queries.ts';
import type { UsageBucket } from '../../admin/api-types/usage.ts';
import { api } from '../state/api.ts';
import { formatCost, formatCount, formatDay } from '../state/format.ts';
import { addressOf, goTo } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import type { Measure } from './read-series.ts';

const DAYS = 364;
const CELL = 18;
const TOP = 16;
const LEFT = 28;
const LEVELS = 4;

const amountOf = (bucket: UsageBucket, measure: Measure): number =>
  measure === 'cost' ? (bucket.total_cost ?? 0) + (bucket.subscription_list_cost ?? 0) : bucket.total_tokens;

/** 0 for a day without use, else 1 to 4 by quarter: a single long night must not pale the whole year. */
const levelsOf = (amounts: readonly number[]): number[] => {
  const used = amounts.filter((amount) => amount > 0).sort((left, right) => left - right);
  return amounts.map((amount) => {
    if (amount === 0) return 0;
    const place = used.findIndex((value) => value >= amount);
    return 1 + Math.min(LEVELS - 1, Math.floor((place / used.length) * LEVELS));
  });
};

/** A shortcut for the pointer: the days as a table, above, have links. */
const openDay = ({ target }: Event): void => {
  const date = target instanceof SVGElement ? target.dataset.date : undefined;
  if (date) goTo(addressOf('audit', { start_date: date, end_date: date }));
};

/** Monday is 0. */
const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

const titleOf = (bucket: UsageBucket, measure: Measure): string => {
  const amount = amountOf(bucket, measure);
  const told = measure === 'cost' ? formatCost(amount) : texts.usage.tokenCount(formatCount(amount));
  return `${bucket.date}: ${bucket.requests === 0 ? texts.usage.nothing : `${told}, ${texts.usage.requests(String(bucket.requests))}`}`;
};

/** A year, a square a day. */
export const HeatMap = ({ asked, measure }: { asked: UsageQuery; measure: Measure }) => {
  const query = { ...asked, days: DAYS };
  const { value: buckets } = useLoad(`year ${JSON.stringify(query)}`, (signal) => api.daily(query, signal));
  const scroller = useRef<HTMLDivElement>(null);
  // Where a year does not fit, the latest weeks are what is looked for.
  useLayoutEffect(() => scroller.current?.scrollTo({ left: scroller.current.scrollWidth }), [buckets]);
  const [first] = buckets ?? [];
  if (!buckets || !first) return null;
  const shift = weekdayOf(first.date);
  const levels = levelsOf(buckets.map((bucket) => amountOf(bucket, measure)));
  const weeks = Math.ceil((buckets.length + shift) / 7);
  const busy = buckets.filter(({ requests }) => requests > 0).length;
  return (
    <section class="panel" aria-label={texts.usage.year}>
      <h2 class="panel-title">
        {texts.usage.year} <span class="dim">{texts.usage.busyDays(busy)}</span>
      </h2>
      <div class="heat-scroller" ref={scroller} tabIndex={0} role="region" aria-label={texts.usage.yearDays}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table of days is the way for keys */}
        <svg
          class="heat"
          width={LEFT + weeks * CELL}
          height={TOP + 7 * CELL}
          role="img"
          onClick={openDay}
          aria-label={texts.usage.yearLabel(busy)}
        >
          {texts.usage.weekdays.map(([weekday, name]) => (
            <text key={name} x={0} y={TOP + weekday * CELL + 12}>
              {name}
            </text>
          ))}
          {buckets.map((bucket, day) => {
            const x = LEFT + Math.floor((day + shift) / 7) * CELL;
            const y = TOP + ((day + shift) % 7) * CELL;
            const month = bucket.date.endsWith('-01') && day < buckets.length - 14;
            return (
              <g key={bucket.date}>
                {month && (
                  <text x={x} y={10}>
                    {formatDay(bucket.date).split(' ')[1]}
                  </text>
                )}
                <rect
                  x={x}
                  y={y}
                  width={CELL - 3}
                  height={CELL - 3}
                  rx={3}
                  class={`level-${levels[day]}`}
                  data-date={bucket.date}
                >
                  <title>{titleOf(bucket, measure)}</title>
                </rect>
              </g>
            );
          })}
        </svg>
      </div>
    </section>
  );
};
