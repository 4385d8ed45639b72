import type { ComponentChildren } from 'preact';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import { StackBar } from '../parts/stack-bar.tsx';
import { formatCost, formatCount, formatShare, formatWhole } from '../state/format.ts';
import { texts } from '../texts.ts';
import { type Measure, readSeries } from './read-series.ts';

interface SumsRow {
  readonly key: string;
  readonly name: ComponentChildren;
  readonly sums: UsageSums;
}

interface SumsTableProps {
  title: string;
  /** Beside the title: a choice, a note. */
  beside?: ComponentChildren;
  rows: readonly SumsRow[] | undefined;
  total: number | undefined;
  measure: Measure;
}

const Cost = ({ sums }: { sums: UsageSums }) =>
  sums.total_cost === null && sums.subscription_requests > 0 ? (
    <span class="dim" title={texts.cost.subscription(formatCost(sums.subscription_list_cost))}>
      {texts.cost.plan}
    </span>
  ) : (
    formatCost(sums.total_cost)
  );

const partsOf = (sums: UsageSums, measure: Measure) =>
  readSeries([sums], measure).map(({ key, values }) => ({ key, value: values[0] ?? 0 }));

const lengthOf = (sums: UsageSums, measure: Measure): number =>
  partsOf(sums, measure).reduce((total, { value }) => total + value, 0);

/** Sums by one thing, a row each, as bars of one scale. */
export const SumsTable = ({ title, beside, rows, total, measure }: SumsTableProps) => {
  if (!rows) return null;
  const largest = Math.max(0, ...rows.map(({ sums }) => lengthOf(sums, measure)));
  return (
    <section class="panel" aria-label={title}>
      {beside && <div class="panel-beside">{beside}</div>}
      <table class="sums">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" class="bar-cell">
              <span class="hidden-text">{texts.usage.kind}</span>
            </th>
            <th scope="col">{texts.usage.requestsHead}</th>
            <th scope="col">{texts.usage.tokens}</th>
            <th scope="col">{texts.usage.cachedHead}</th>
            <th scope="col">{texts.usage.cost}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, sums }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td class="bar-cell">
                <StackBar
                  whole={largest}
                  parts={partsOf(sums, measure)}
                  {...(measure === 'cost' ? { format: formatCost } : {})}
                />
              </td>
              <td>{formatWhole(sums.requests)}</td>
              <td title={formatWhole(sums.total_tokens)}>{formatCount(sums.total_tokens)}</td>
              <td>{formatShare(sums.cached_input_tokens, sums.input_tokens)}</td>
              <td>
                <Cost sums={sums} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total !== undefined && total > rows.length && (
        <p class="dim pad">{texts.usage.moreRows(total - rows.length)}</p>
      )}
    </section>
  );
};
