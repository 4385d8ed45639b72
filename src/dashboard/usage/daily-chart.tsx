import { useEffect, useRef, useState } from 'preact/hooks';
import type { UsageBucket } from '../../admin/api-types/usage.ts';
import { formatBucket, formatCost, formatWhole, isHour } from '../state/format.ts';
import { addressOf } from '../state/route.ts';
import { themeChanges } from '../state/theme.ts';
import { texts } from '../texts.ts';
import { type Measure, readSeries } from './read-series.ts';

const HEIGHT = 200;

const show = (value: number, measure: Measure): string =>
  measure === 'cost' ? formatCost(value) : formatWhole(value);

/** The days as a table: what the chart says, for who cannot see it or wants to copy it. */
const DayTable = ({ buckets, measure }: { buckets: readonly UsageBucket[]; measure: Measure }) => {
  const series = readSeries(buckets, measure);
  return (
    <details class="as-table">
      <summary>{texts.usage.asTable}</summary>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">{buckets[0] && isHour(buckets[0].date) ? texts.usage.hour : texts.usage.day}</th>
            {series.map(({ key }) => (
              <th key={key} scope="col">
                {texts.kinds[key]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket, day) => (
            <tr key={bucket.date}>
              <th scope="row">
                {isHour(bucket.date) ? (
                  formatBucket(bucket.date)
                ) : (
                  <a
                    class="link"
                    href={addressOf('audit', { start_date: bucket.date, end_date: bucket.date })}
                  >
                    {bucket.date}
                  </a>
                )}
              </th>
              {series.map(({ key, values }) => (
                <td key={key}>{show(values[day] ?? 0, measure)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
};

/** Use by day, its kinds stacked. */
export const DailyChart = ({ buckets, measure }: { buckets: readonly UsageBucket[]; measure: Measure }) => {
  const place = useRef<HTMLDivElement>(null);
  const [day, setDay] = useState<number | undefined>();
  const series = readSeries(buckets, measure);
  const themeRound = themeChanges.value;

  // A canvas does not follow the theme by itself: `themeRound` has it drawn anew.
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let remove: (() => void) | undefined;
    let left = false;
    // The chart library is half of the page's size, and needed here alone.
    void import('./draw-chart.ts').then(({ drawChart }) => {
      if (!left) remove = drawChart(element, { buckets, series, measure, height: HEIGHT, point: setDay });
    });
    return () => {
      left = true;
      remove?.();
    };
  }, [buckets, measure, themeRound]);

  const pointed = day === undefined ? undefined : buckets[day];
  const sumOf = (values: readonly number[]) =>
    day === undefined ? values.reduce((sum, value) => sum + value, 0) : (values[day] ?? 0);
  return (
    <section class="panel" aria-label={texts.usage.chartLabel}>
      <div class="legend">
        <b>
          {pointed
            ? formatBucket(pointed.date)
            : buckets[0] && isHour(buckets[0].date)
              ? texts.usage.hours
              : texts.usage.allDays(buckets.length)}
        </b>
        {series.map(({ key, values }) => (
          <span key={key}>
            <i class={`swatch kind-${key}`} />
            {texts.kinds[key]} <b>{show(sumOf(values), measure)}</b>
          </span>
        ))}
      </div>
      <div class="chart" ref={place} role="img" aria-label={texts.usage.chartLabel} />
      <DayTable buckets={buckets} measure={measure} />
    </section>
  );
};
