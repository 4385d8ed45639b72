import type { UsageQuery } from '../../admin/api-types/queries.ts';
import { Segments } from '../parts/segments.tsx';
import { api } from '../state/api.ts';
import { formatAgo } from '../state/format.ts';
import { minuteMs } from '../state/now.ts';
import { addressOf, query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { GroupTable } from './group-table.tsx';
import type { Measure } from './read-series.ts';
import { SumsTable } from './sums-table.tsx';

const ROWS = 8;

interface TablesProps {
  asked: UsageQuery;
  measure: Measure;
}

/** A model has up to three names: what was asked for, what the provider was asked for, what answered. */
const MODELS = ['model', 'requested_model', 'sent_model'] as const;

const ModelTable = ({ asked, measure }: TablesProps) => {
  const by = MODELS.find((name) => name === query.value.get('models')) ?? 'model';
  return (
    <GroupTable
      by={by}
      asked={asked}
      measure={measure}
      beside={
        <Segments
          name="models"
          label={texts.usage.whichModel}
          chosen={by === 'model' ? '' : by}
          options={MODELS.map(
            (name) => [name === 'model' ? '' : name, texts.usage.modelNames[name]] as const,
          )}
        />
      }
    />
  );
};

const SessionTable = ({ asked, measure }: TablesProps) => {
  const wanted = { ...asked, limit: ROWS };
  const sessions = useLoad(JSON.stringify(wanted), (signal) => api.sessions(wanted, signal)).value;
  return (
    <SumsTable
      title={texts.usage.bySession}
      total={sessions?.total}
      measure={measure}
      rows={sessions?.entries.map((sums) => ({
        key: sums.session_id,
        name: (
          <a
            class="link session-name"
            data-nav-row
            href={addressOf('sessions', { session: sums.session_id })}
          >
            <span>{sums.title ? plainText(sums.title) : sums.session_id}</span>
            <span class="dim">{formatAgo(sums.last_request_at, minuteMs.value)}</span>
          </a>
        ),
        sums,
      }))}
    />
  );
};

/** The same sums by model, person, team, label, provider, client and session; what nobody uses is left out. */
export const UsageTables = (props: TablesProps) => (
  <div class="tables">
    <ModelTable {...props} />
    <GroupTable by="client" {...props} />
    <GroupTable by="key" isOptional {...props} />
    <GroupTable by="user_path" isOptional {...props} />
    <GroupTable by="label" isOptional {...props} />
    <SessionTable {...props} />
  </div>
);
