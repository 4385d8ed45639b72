import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AuditLogQuery } from '../../admin/api-types/queries.ts';
import { parseSearch } from '../../log/search/parse-search.ts';
import { useKeyNames } from '../manage/use-key-names.ts';
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
const LAST_HOUR = 'after:1h';

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

/** What is wrong with a search, in words; undefined where nothing is. */
const problemIn = (text: string): string | undefined => {
  try {
    parseSearch(text, Date.now());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^gomodel-ts: /, '') : String(error);
  }
};

const SearchField = ({ filter }: Pick<FilterBarProps, 'filter'>) => {
  const typed = useSignal<string | undefined>(undefined);
  // `search` is what addresses had before there was a language.
  const value = typed.value ?? filter.q ?? filter.search ?? '';
  const problem = problemIn(value);
  const hasWords = problem === undefined && parseSearch(value, 0).filter.search !== undefined;
  useEffect(() => {
    const text = typed.value;
    if (text === undefined || problemIn(text) !== undefined) return;
    const timer = setTimeout(() => {
      choose({ q: text, search: undefined, ...(text ? {} : { in: undefined }) }, 'replace');
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
        title={texts.filter.searchHint}
        value={value}
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? 'search-problem' : undefined}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd>/</kbd>
      {problem && (
        <p id="search-problem" class="search-problem" role="alert">
          {problem}
        </p>
      )}
      {hasWords && (
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

/** Filters that have no choice of their own, each with a way back. */
const Chips = ({ filter }: Pick<FilterBarProps, 'filter'>) => {
  const nameOfKey = useKeyNames();
  const { key, user_path: team, label, sort, order } = filter;
  const chips = [
    key && (['key', `${texts.usage.chips.key} ${nameOfKey(key)}`] as const),
    team && (['user_path', `${texts.usage.chips.user_path} ${team}`] as const),
    label && (['label', `${texts.usage.chips.label} ${label}`] as const),
    sort && (['sort', texts.filter.sorted(texts.filter.sorts[sort], order === 'asc')] as const),
  ];
  return (
    <>
      {chips.map(
        (chip) =>
          chip && (
            <button
              key={chip[0]}
              type="button"
              class="chip"
              onClick={() =>
                choose({ [chip[0]]: undefined, ...(chip[0] === 'sort' && { order: undefined }) })
              }
            >
              {chip[1]}
              <Icon name="close" />
            </button>
          ),
      )}
    </>
  );
};

/** The last hour is a search, days are a filter of their own: one choice for both. */
const TimeChoice = ({ filter }: Pick<FilterBarProps, 'filter'>) => {
  const words = (filter.q ?? '').split(' ');
  const isLastHour = words.includes(LAST_HOUR);
  const chosen = isLastHour ? LAST_HOUR : (filter.days?.toString() ?? '');
  return (
    <select
      class={`field select ${chosen ? 'chosen' : ''}`}
      aria-label={texts.filter.time}
      value={chosen}
      onChange={({ currentTarget: { value } }) => {
        const others = words.filter((word) => word !== LAST_HOUR);
        choose({
          days: value === LAST_HOUR ? undefined : value,
          q: [...others, ...(value === LAST_HOUR ? [LAST_HOUR] : [])].join(' ').trim(),
        });
      }}
    >
      <option value="">{texts.filter.time}</option>
      {texts.filter.times.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
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
        <TimeChoice filter={filter} />
        <Chips filter={filter} />
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
