import type { ComponentChildren } from 'preact';
import type { UsageQuery } from '../../admin/api-types/queries.ts';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import { StackBar } from '../parts/stack-bar.tsx';
import { api } from '../state/api.ts';
import { formatAgo, formatCost, formatCount, formatShare, formatWhole } from '../state/format.ts';
import { minuteMs } from '../state/now.ts';
import { addressOf, addressWith } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { type Measure, readSeries } from './read-series.ts';

const ROWS = 8;

interface Row {
  readonly key: string;
  readonly name: ComponentChildren;
  readonly sums: UsageSums;
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

const SumsTable = ({
  title,
  rows,
  total,
  measure,
}: {
  title: string;
  rows: readonly Row[] | undefined;
  total: number | undefined;
  measure: Measure;
}) => {
  const largest = Math.max(0, ...(rows ?? []).map(({ sums }) => lengthOf(sums, measure)));
  return (
    <section class="panel" aria-label={title}>
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
          {(rows ?? []).map(({ key, name, sums }) => (
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
      {total !== undefined && rows && total > rows.length && (
        <p class="dim pad">{texts.usage.moreRows(total - rows.length)}</p>
      )}
    </section>
  );
};

/** The same sums by model, by client and by session. */
export const UsageTables = ({ asked, measure }: { asked: UsageQuery; measure: Measure }) => {
  const question = JSON.stringify(asked);
  const wanted = { ...asked, limit: ROWS };
  const models = useLoad(question, (signal) => api.models(wanted, signal)).value;
  const clients = useLoad(question, (signal) => api.clients(wanted, signal)).value;
  const sessions = useLoad(question, (signal) => api.sessions(wanted, signal)).value;
  return (
    <div class="tables">
      <SumsTable
        title={texts.usage.byModel}
        total={models?.total}
        measure={measure}
        rows={models?.entries.map((sums) => ({
          key: `${sums.provider} ${sums.model}`,
          name: (
            <a class="link" href={addressWith({ model: sums.model })}>
              {sums.model}
            </a>
          ),
          sums,
        }))}
      />
      <SumsTable
        title={texts.usage.byClient}
        total={clients?.total}
        measure={measure}
        rows={clients?.entries.map((sums) => {
          const client = sums.version ? `${sums.name}/${sums.version}` : sums.name;
          return {
            key: client,
            name: (
              <a class="link" href={addressWith({ client })}>
                {client.replace('/', ' ')}
              </a>
            ),
            sums,
          };
        })}
      />
      <SumsTable
        title={texts.usage.bySession}
        total={sessions?.total}
        measure={measure}
        rows={sessions?.entries.map((sums) => ({
          key: sums.session_id,
          name: (
            <a class="link session-name" href={addressOf('sessions', { session: sums.session_id })}>
              <span>{sums.title ? plainText(sums.title) : sums.session_id}</span>
              <span class="dim">{formatAgo(sums.last_request_at, minuteMs.value)}</span>
            </a>
          ),
          sums,
        }))}
      />
    </div>
  );
};
