import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AuditLogQuery } from '../../admin/api-types/queries.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { api, apiAddress } from '../state/api.ts';
import { formatWhole, shortId } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { choose } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { noFilter } from './filter.ts';
import type { LogStore } from './log-store.ts';

const TYPING_MS = 250;

interface FilterBarProps {
  filter: AuditLogQuery;
  store: LogStore;
  paused: Signal<boolean>;
}

interface ChoiceProps {
  label: string;
  name: string;
  value: string | undefined;
  options: ReadonlyArray<readonly [value: string, label: string]>;
}

/** One filter with few values. Its first option is its name: nothing chosen. */
const Choice = ({ label, name, value = '', options }: ChoiceProps) => (
  <select
    class={`field select ${value ? 'chosen' : ''}`}
    aria-label={label}
    value={value}
    onChange={(event) => choose({ [name]: event.currentTarget.value })}
  >
    <option value="">{label}</option>
    {value && !options.some(([option]) => option === value) && <option value={value}>{value}</option>}
    {options.map(([option, text]) => (
      <option key={option} value={option}>
        {text}
      </option>
    ))}
  </select>
);

/** Status and error share a choice: what one looks for is "failed", "429" or "whose fault". */
const readOutcome = ({ status_code: status, error_type: error }: AuditLogQuery): string | undefined =>
  status ? `status:${status}` : error ? `error:${error}` : undefined;

const OutcomeChoice = ({ filter }: { filter: AuditLogQuery }) => {
  const chosen = readOutcome(filter);
  const isListed = texts.filter.outcomes.some(([value]) => value === chosen);
  return (
    <select
      class={`field select ${chosen ? 'chosen' : ''}`}
      aria-label={texts.filter.outcome}
      value={chosen ?? ''}
      onChange={(event) => {
        const [kind, value] = event.currentTarget.value.split(':');
        choose({
          status_code: kind === 'status' ? value : undefined,
          error_type: kind === 'error' ? value : undefined,
        });
      }}
    >
      <option value="">{texts.filter.outcome}</option>
      {chosen && !isListed && <option value={chosen}>{chosen.split(':')[1]}</option>}
      {texts.filter.outcomes.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
};

const SearchField = ({ filter }: Pick<FilterBarProps, 'filter'>) => {
  const typed = useSignal<string | undefined>(undefined);
  const value = typed.value ?? filter.search ?? '';
  useEffect(() => {
    const text = typed.value;
    if (text === undefined) return;
    const timer = setTimeout(() => {
      choose({ search: text, ...(text ? {} : { in: undefined }) }, 'replace');
      typed.value = undefined;
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value, typed]);
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        placeholder={texts.filter.search}
        aria-label={texts.filter.search}
        value={value}
        spellcheck={false}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd>/</kbd>
      {value && (
        <button
          type="button"
          class="toggle"
          aria-pressed={filter.in === 'bodies'}
          title={texts.filter.inBodiesHint}
          onClick={() => choose({ in: filter.in === 'bodies' ? undefined : 'bodies' })}
        >
          {texts.filter.inBodies}
        </button>
      )}
    </div>
  );
};

export const FilterBar = ({ filter, store, paused }: FilterBarProps) => {
  const models = useLoad('models', (signal) => api.models({ days: 366, limit: 200 }, signal));
  const clients = useLoad('clients', (signal) => api.clients({ days: 366, limit: 200 }, signal));
  const providers = useLoad('providers', api.providers).value ?? [];
  void store.version.value;
  const filtered = Object.keys(filter).length > 0;
  const modelNames = [...new Set(models.value?.entries.map(({ model }) => model))];
  const clientNames = [...new Set(clients.value?.entries.map(({ name }) => name))];
  return (
    <div class="filter-bar">
      <SearchField filter={filter} />
      <div class="choices">
        <OutcomeChoice filter={filter} />
        <Choice
          label={texts.filter.model}
          name="model"
          value={filter.model}
          options={modelNames.map((model) => [model, model] as const)}
        />
        {(providers.length > 1 || filter.provider) && (
          <Choice
            label={texts.filter.provider}
            name="provider"
            value={filter.provider}
            options={providers.map(({ name }) => [name, name] as const)}
          />
        )}
        <Choice
          label={texts.filter.client}
          name="client"
          value={filter.client}
          options={clientNames.filter(Boolean).map((name) => [name, name] as const)}
        />
        <Choice
          label={texts.filter.time}
          name="days"
          value={filter.days?.toString()}
          options={texts.filter.times}
        />
        {filter.session && (
          <button type="button" class="chip" onClick={() => choose({ session: undefined })}>
            {texts.filter.session(shortId(filter.session))}
            <Icon name="close" />
          </button>
        )}
        {filter.start_date && (
          <button
            type="button"
            class="chip"
            onClick={() => choose({ start_date: undefined, end_date: undefined })}
          >
            {texts.filter.day(filter.start_date)}
            <Icon name="close" />
          </button>
        )}
        {filtered && (
          <button type="button" class="button quiet" onClick={() => choose(noFilter())}>
            {texts.filter.clear}
          </button>
        )}
      </div>
      <div class="list-actions">
        <span class="count dim" role="status">
          {store.state.value.kind === 'ready' &&
            texts.audit.count(formatWhole(store.count()), store.count() === 1)}
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
    </div>
  );
};
