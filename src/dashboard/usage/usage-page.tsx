import { useEffect } from 'preact/hooks';
import type { UsageQuery } from '../../admin/api-types/queries.ts';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import { addressWith, choose, query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { DailyChart } from './daily-chart.tsx';
import { FailureTable } from './failure-table.tsx';
import { Figures } from './figures.tsx';
import { HeatMap } from './heat-map.tsx';
import { UsageTables } from './usage-tables.tsx';

const PERIODS = ['7', '30', '90', '365'] as const;

const readQuery = (choices: URLSearchParams): UsageQuery => {
  const days = Number(choices.get('days')) || 30;
  const model = choices.get('model');
  const client = choices.get('client');
  return { days, ...(model ? { model } : {}), ...(client ? { client } : {}) };
};

const Segments = ({
  name,
  label,
  chosen,
  options,
}: {
  name: string;
  label: string;
  chosen: string;
  options: ReadonlyArray<readonly [value: string, label: string]>;
}) => (
  <div class="segments" role="group" aria-label={label}>
    {options.map(([value, text]) => (
      <a
        key={value}
        href={addressWith({ [name]: value })}
        aria-current={value === chosen ? 'true' : undefined}
      >
        {text}
      </a>
    ))}
  </div>
);

/** How much was used, what it cost, what the cache saved, what was slow, what failed. */
export const UsagePage = () => {
  // The chart's code comes while the figures are on their way.
  useEffect(() => void import('./draw-chart.ts'), []);
  const asked = readQuery(query.value);
  const measure = query.value.get('measure') === 'cost' ? 'cost' : 'tokens';
  const question = JSON.stringify(asked);
  const summary = useLoad(question, (signal) => api.summary(asked, signal));
  const daily = useLoad(question, (signal) => api.daily(asked, signal));
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
        {(['model', 'client'] as const).map(
          (name) =>
            asked[name] && (
              <button key={name} type="button" class="chip" onClick={() => choose({ [name]: undefined })}>
                {asked[name]} <span aria-hidden="true">×</span>
                <span class="hidden-text">{texts.filter.clear}</span>
              </button>
            ),
        )}
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
