import type { Signal } from '@preact/signals';
import type { AuditLogQuery } from '../../../admin/api-types/queries.ts';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { api, apiAddress } from '../../state/api.ts';
import { formatWhole } from '../../state/format.ts';
import { gateway } from '../../state/gateway.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import type { LogStore } from '../log-store.ts';
import { Chips } from './chips.tsx';
import { Choice, OutcomeChoice, TimeChoice } from './choices.tsx';
import { SearchField } from './search-field.tsx';

interface FilterBarProps {
  filter: AuditLogQuery;
  store: LogStore;
  paused: Signal<boolean>;
}

/** How many there are, and whether more are being looked for. */
const Count = ({ store }: Pick<FilterBarProps, 'store'>) => {
  void store.version.value;
  const count = store.count();
  if (store.state.value.kind !== 'ready') return null;
  const found = texts.audit.count(formatWhole(count), count === 1);
  return <>{store.searching.value ? texts.audit.foundSoFar(found) : found}</>;
};

const Actions = ({ filter, store, paused }: FilterBarProps) => (
  <div class="list-actions">
    <span class="count dim" role="status">
      <Count store={store} />
    </span>
    <button
      type="button"
      class={`button quiet square ${paused.value ? 'pressed' : ''}`}
      aria-pressed={paused.value}
      title={paused.value ? texts.audit.resume : texts.audit.pause}
      aria-label={paused.value ? texts.audit.resume : texts.audit.pause}
      onClick={() => {
        paused.value = !paused.value;
      }}
    >
      <Icon name={paused.value ? 'play' : 'pause'} />
    </button>
    <Menu icon="download" label={texts.exports.list}>
      {(gateway.value?.features.export ?? []).map((format) => (
        <a key={format} download href={apiAddress('audit/export', { ...filter, format })}>
          {texts.exports[format]}
        </a>
      ))}
    </Menu>
  </div>
);

/** What narrows the log, and what can be done with what is left. */
export const FilterBar = ({ filter, store, paused }: FilterBarProps) => {
  const models = useLoad('models', (signal) => api.models({ days: 366, limit: 200 }, signal));
  const clients = useLoad('clients', (signal) => api.clients({ days: 366, limit: 200 }, signal));
  const providers = useLoad('providers', api.providers).value ?? [];
  const modelNames = [...new Set(models.value?.entries.map(({ model }) => model))];
  const clientNames = [...new Set(clients.value?.entries.map(({ name }) => name))];
  return (
    <div class="filter-bar">
      <SearchField filter={filter} />
      <div class="choices">
        <OutcomeChoice filter={filter} />
        <Choice label={texts.filter.model} name="model" value={filter.model} options={modelNames} />
        {(providers.length > 1 || filter.provider) && (
          <Choice
            label={texts.filter.provider}
            name="provider"
            value={filter.provider}
            options={providers.map(({ name }) => name)}
          />
        )}
        <Choice
          label={texts.filter.client}
          name="client"
          value={filter.client}
          options={clientNames.filter(Boolean)}
        />
        <TimeChoice filter={filter} />
        <Chips filter={filter} />
      </div>
      <Actions filter={filter} store={store} paused={paused} />
    </div>
  );
};
