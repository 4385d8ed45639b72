import { showUrl } from '../../base/show-url.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ConfiguredProvider } from '../configured-provider.ts';
import type { ListedModel } from '../provider-spec.ts';
import type { FetchList } from './fetch-list.ts';
import { parseSavedLists, type SavedList, serializeLists } from './saved-lists.ts';

/** As often as GoModel asks. */
const REFRESH_MS = 60 * 60_000;
/** After a failure; doubled with each further one, up to the interval. */
const RETRY_MS = 60_000;

export interface ModelListsDeps {
  /** The default one first: where several list a model, it goes to the first. */
  readonly providers: readonly ConfiguredProvider[];
  readonly fetchList: FetchList;
  readonly clock: Clock;
  /** The text that was saved last; undefined if there is none. */
  readonly load: () => Promise<string | undefined>;
  readonly save: (text: string) => Promise<void>;
}

interface ListState {
  /** Milliseconds since the epoch; undefined before the first list. */
  readonly fetchedAtMs: number | undefined;
  /** Why the last attempt failed; undefined if it did not. */
  readonly problem: string | undefined;
}

/** What the providers list, as known now: nobody waits for it. */
export interface ModelLists {
  /** The provider that lists exactly this id, or is configured to have it. */
  listedBy(model: string): string | undefined;
  /** All models of a provider: the configured ones, then those that it lists. */
  modelsOf(provider: string): readonly ListedModel[];
  stateOf(provider: string): ListState;
  /** Reads the saved lists. */
  load(): Promise<void>;
  /** Also refreshes lists older than an hour in the background, again and again. */
  start(): Promise<void>;
  /** Asks all providers now. Never rejects: `stateOf` has the problems. */
  refresh(): Promise<void>;
  /** Resolves when every provider was asked once, now or in an earlier run; at most after `limitMs`. */
  settled(limitMs: number): Promise<void>;
  /** Asks no more; resolves when nothing is written any more. */
  close(): Promise<void>;
}

interface Known {
  readonly provider: ConfiguredProvider;
  listed: readonly ListedModel[];
  /** With the configured ones. */
  models: readonly ListedModel[];
  fetchedAtMs: number | undefined;
  problem: string | undefined;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** The configured models first; what the configuration says of one wins. */
const join = (configured: readonly ListedModel[], listed: readonly ListedModel[]): readonly ListedModel[] => {
  const byId = new Map(listed.map((model) => [model.id, model]));
  const own = configured.map((model) => ({ ...byId.get(model.id), ...model }));
  const ids = new Set(own.map(({ id }) => id));
  return [...own, ...[...byId.values()].filter(({ id }) => !ids.has(id))];
};

const isOf = ({ id, baseUrl }: ConfiguredProvider, saved: SavedList): boolean =>
  saved.provider === id && saved.baseUrl === showUrl(baseUrl);

export const createModelLists = (deps: ModelListsDeps): ModelLists => {
  const { clock, fetchList, load, save } = deps;
  const all: readonly Known[] = deps.providers.map((provider) => ({
    provider,
    listed: [],
    models: join(provider.models, []),
    fetchedAtMs: undefined,
    problem: undefined,
    failures: 0,
    timer: undefined,
  }));
  const byProvider = new Map(all.map((known) => [known.provider.id, known]));
  let owners = new Map<string, string>();
  let closed = false;
  let saving: Promise<void> = Promise.resolve();
  let isSettled = false;
  const waiting = new Set<() => void>();

  /** A provider that failed was asked, too. */
  const settle = (): void => {
    isSettled = all.every(({ fetchedAtMs, failures }) => fetchedAtMs !== undefined || failures > 0);
    if (isSettled) for (const go of waiting) go();
  };

  const index = (): void => {
    owners = new Map();
    const add = (provider: string, models: readonly ListedModel[]): void => {
      for (const { id } of models) if (!owners.has(id)) owners.set(id, provider);
    };
    // A provider that is configured to have a model wins over one that lists it.
    for (const { provider } of all) add(provider.id, provider.models);
    for (const { provider, models } of all) add(provider.id, models);
  };
  index();

  const take = (known: Known, listed: readonly ListedModel[], fetchedAtMs: number): void => {
    known.listed = listed;
    known.models = join(known.provider.models, listed);
    known.fetchedAtMs = fetchedAtMs;
    index();
  };

  const keep = async (): Promise<void> => {
    const lists = all.flatMap(({ provider: { id, baseUrl }, listed, fetchedAtMs }) =>
      fetchedAtMs === undefined
        ? []
        : [{ provider: id, baseUrl: showUrl(baseUrl), fetchedAtMs, models: listed }],
    );
    // A list that is not kept is asked for again: no reason to trouble anybody.
    await save(serializeLists(lists)).catch(() => {});
  };

  const ask = async (known: Known): Promise<void> => {
    try {
      take(known, await fetchList(known.provider), clock.now());
      known.problem = undefined;
      known.failures = 0;
    } catch (error) {
      // The old list is better than none.
      known.problem = error instanceof Error ? error.message : String(error);
      known.failures++;
    }
  };

  const schedule = (known: Known): void => {
    clearTimeout(known.timer);
    if (closed) return;
    const dueMs =
      known.failures > 0
        ? Math.min(RETRY_MS * 2 ** (known.failures - 1), REFRESH_MS)
        : Math.max(0, (known.fetchedAtMs ?? 0) + REFRESH_MS - clock.now());
    known.timer = setTimeout(() => void renew([known]), dueMs);
    known.timer.unref();
  };

  const renew = async (some: readonly Known[]): Promise<void> => {
    await Promise.all(some.map(ask));
    if (closed) return;
    settle();
    if (some.some(({ problem }) => problem === undefined)) {
      saving = saving.then(keep);
      await saving;
    }
    for (const known of some) schedule(known);
  };

  const loadSaved = async (): Promise<void> => {
    const saved = parseSavedLists(await load().catch(() => undefined));
    for (const known of all) {
      const own = saved.find((list) => isOf(known.provider, list));
      if (!own || known.fetchedAtMs !== undefined) continue;
      // A clock that was set back must not keep a list for ever.
      take(known, own.models, Math.min(own.fetchedAtMs, clock.now()));
    }
    settle();
  };

  return {
    listedBy: (model) => owners.get(model),
    modelsOf: (provider) => byProvider.get(provider)?.models ?? [],
    stateOf: (provider) => {
      const known = byProvider.get(provider);
      return { fetchedAtMs: known?.fetchedAtMs, problem: known?.problem };
    },
    load: loadSaved,
    start: async () => {
      await loadSaved();
      for (const known of all) schedule(known);
    },
    refresh: () => renew(all),
    settled: (limitMs) =>
      new Promise((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, limitMs);
        waiting.add(go);
        if (isSettled || closed) go();
      }),
    close: () => {
      closed = true;
      for (const { timer } of all) clearTimeout(timer);
      for (const go of waiting) go();
      return saving;
    },
  };
};
