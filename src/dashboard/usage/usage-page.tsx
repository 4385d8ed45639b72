import { useEffect } from 'preact/hooks';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { Segments } from '../parts/segments.tsx';
import { api } from '../state/api.ts';
import { query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { DailyChart } from './daily-chart.tsx';
import { FailureTable } from './failure-table.tsx';
import { Figures } from './figures.tsx';
import { HeatMap } from './heat-map.tsx';
import { UsageFilters } from './usage-filters.tsx';
import { readUsageQuery } from './usage-query.ts';
import { UsageTables } from './usage-tables.tsx';

const PERIODS = ['1', '7', '30', '90', '365'] as const;

/** How much was used, what it cost, what the cache saved, what was slow, what failed. */
export const UsagePage = () => {
  // The chart's code comes while the figures are on their way.
  useEffect(() => void import('./draw-chart.ts'), []);
  const asked = readUsageQuery(query.value);
  const measure = query.value.get('measure') === 'cost' ? 'cost' : 'tokens';
  const question = JSON.stringify(asked);
  const summary = useLoad(question, (signal) => api.summary(asked, signal));
  const interval = asked.days === 1 ? 'hourly' : 'daily';
  const daily = useLoad(question, (signal) => api.daily({ ...asked, interval }, signal));
  const error = summary.error ?? daily.error;
  const retry = () => {
    summary.reload();
    daily.reload();
  };
  return (
    <div class="usage page-scroller" tabIndex={0} role="region" aria-label={texts.pages.usage}>
      <div class="page-bar">
        <h1>{texts.pages.usage}</h1>
        <Segments
          name="days"
          label={texts.filter.time}
          chosen={String(asked.days)}
          options={PERIODS.map((days) => [days, texts.usage.periods[days]] as const)}
        />
        <UsageFilters asked={asked} />
        <span class="grow" />
        <Segments
          name="measure"
          label={texts.usage.measure}
          chosen={measure}
          options={[
            ['tokens', texts.usage.tokens],
            ['cost', texts.usage.cost],
          ]}
        />
      </div>
      {error && !summary.value ? (
        <LoadFailed error={error} retry={retry} />
      ) : !summary.value || !daily.value ? (
        <Loading lines={14} />
      ) : summary.value.requests === 0 ? (
        <Notice icon="chart" title={texts.usage.empty}>
          <p>{texts.usage.emptyHint}</p>
        </Notice>
      ) : (
        <>
          <Figures summary={summary.value} days={asked.days ?? 30} />
          <DailyChart buckets={daily.value} measure={measure} />
          <UsageTables asked={asked} measure={measure} />
          <FailureTable failures={summary.value.failures} />
        </>
      )}
      <HeatMap asked={asked} measure={measure} />
    </div>
  );
};
