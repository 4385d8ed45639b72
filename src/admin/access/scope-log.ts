import type { Viewer } from '../../guard/viewer.ts';
import {
  type ExchangeDetail,
  type ExchangeRecord,
  type ExchangeWatch,
  type Facts,
  isAskedWithin,
  type LogQuery,
  type LogReader,
} from '../../log/port.ts';

type View = Pick<Viewer, 'userPath' | 'bodies' | 'keyId'>;

/** True where nothing of the log is kept from a viewer. */
export const seesAll = ({ userPath, bodies }: View): boolean => userPath === '/' && bodies === 'all';

/** Whether a viewer may read what an exchange said. */
export const mayReadBodies = ({ bodies, keyId }: View, record: Pick<ExchangeRecord, 'keyId'>): boolean =>
  bodies === 'all' || (bodies === 'own' && keyId !== undefined && record.keyId === keyId);

/** Headers hold what clients say of their turns, so they go with the bodies. */
const withoutBodies = ({ record }: ExchangeDetail): ExchangeDetail => ({
  record,
  requestHeaders: [],
  responseHeaders: [],
});

/**
 * The log as a viewer may see it: every query is narrowed to the viewer's user path, and bodies that are not
 * theirs are left out. The one place that does so, for all that the admin API answers.
 */
export const scopeLog = (log: LogReader, view: View): LogReader => {
  const { userPath: within, bodies, keyId } = view;
  const narrow = (query: LogQuery): LogQuery => ({ ...query, within });
  const isVisible = ({ userPath }: Pick<Facts, 'userPath'> | ExchangeRecord): boolean =>
    isAskedWithin(userPath, within);
  const get: LogReader['get'] = async (id) => {
    const detail = await log.get(id);
    if (!detail || !isVisible(detail.record)) return undefined;
    return mayReadBodies(view, detail.record) ? detail : withoutBodies(detail);
  };
  return {
    page: (query, wish) => log.page(narrow(query), wish),
    list: (query, wish) => log.list(narrow(query), wish),
    details: async function* (query) {
      for await (const detail of log.details(narrow(query))) {
        yield mayReadBodies(view, detail.record) ? detail : withoutBodies(detail);
      }
    },
    facts: (query) => log.facts(narrow(query)),
    sums: (query, by, timezone) => log.sums(narrow(query), by, timezone),
    summed: async (query, wish) => log.summed?.(narrow(query), wish),
    summedSessions: async (query) => log.summedSessions?.(narrow(query)),
    get,
    body: async (id, side) => {
      const detail = await get(id);
      return side === 'request' ? detail?.requestBody : detail?.responseBody;
    },
    thread: async (of) => (await log.thread(of)).filter(isVisible),
    searchBodies: async (text, query, wish) => {
      if (bodies === 'all') return log.searchBodies(text, narrow(query), wish);
      const asked = query.filter?.key;
      const isForeign = asked !== undefined && asked !== keyId;
      if (bodies === 'none' || keyId === undefined || isForeign) return { ids: new Set(), isWhole: true };
      return log.searchBodies(text, narrow({ ...query, filter: { ...query.filter, key: keyId } }), wish);
    },
    follow: async function* (from, signal) {
      for await (const event of log.follow(from, signal)) if (isVisible(event.record)) yield event;
    },
    size: () => log.size(),
    close: async () => {},
  };
};

/** The same of what happens at the moment. */
export const scopeWatch = (watch: ExchangeWatch, view: View): ExchangeWatch => {
  const isVisible = ({ userPath }: ExchangeRecord): boolean => isAskedWithin(userPath, view.userPath);
  const visible = () => watch.active.values().filter(({ record }) => isVisible(record));
  return {
    subscribe: (listener) =>
      watch.subscribe((event) => {
        if (isVisible(event.record)) listener(event);
      }),
    get trouble() {
      return watch.trouble;
    },
    subscribeTrouble: (listener) => watch.subscribeTrouble(listener),
    active: {
      get size() {
        return visible().length;
      },
      values: visible,
    },
    answerSoFar: async (id) => {
      const running = visible().find(({ record }) => record.id === id);
      return running && mayReadBodies(view, running.record) ? watch.answerSoFar(id) : undefined;
    },
    get losses() {
      return watch.losses;
    },
    recovered: watch.recovered.then((records) => records.filter(isVisible)),
    flush: () => watch.flush(),
  };
};
