import { GatewayError } from '../../base/errors.ts';
import type { LogReader, StoredBody } from '../../log/port.ts';

const isAway = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === 'storage_unavailable';

/**
 * The log of all gateways; while its database is away, that of this one.
 * @param shared may be some moments behind `own`
 * @param onAway called where `own` answers instead
 */
export const preferSharedLog = (
  shared: LogReader,
  own: LogReader,
  onAway: () => void = () => {},
): LogReader => {
  const instead = async <Answer>(ask: (log: LogReader) => Promise<Answer>): Promise<Answer> => {
    try {
      return await ask(shared);
    } catch (error) {
      if (!isAway(error)) throw error;
      onAway();
      return ask(own);
    }
  };
  async function* insteadOf<Item>(ask: (log: LogReader) => AsyncIterable<Item>): AsyncGenerator<Item> {
    let hasBegun = false;
    try {
      for await (const item of ask(shared)) {
        hasBegun = true;
        yield item;
      }
    } catch (error) {
      // Half of one log and half of another would be neither.
      if (hasBegun || !isAway(error)) throw error;
      onAway();
      yield* ask(own);
    }
  }
  const isUnreadable = (body: StoredBody | undefined): boolean => body?.unreadable !== undefined;
  return {
    page: (query, wish) => instead((log) => log.page(query, wish)),
    list: (query, wish) => insteadOf((log) => log.list(query, wish)),
    details: (query) => insteadOf((log) => log.details(query)),
    get: async (id) => {
      const detail = await instead((log) => log.get(id));
      if (!detail) return own.get(id);
      const { requestBody, responseBody } = detail;
      if (!isUnreadable(requestBody) && !isUnreadable(responseBody)) return detail;
      // What passed here lies here as well.
      const { requestBody: ownRequest, responseBody: ownResponse } = (await own.get(detail.record.id)) ?? {};
      return {
        ...detail,
        ...(isUnreadable(requestBody) && ownRequest && { requestBody: ownRequest }),
        ...(isUnreadable(responseBody) && ownResponse && { responseBody: ownResponse }),
      };
    },
    body: async (id, side) => {
      const body = await instead((log) => log.body(id, side));
      return body && !isUnreadable(body) ? body : ((await own.body(id, side)) ?? body);
    },
    facts: (query) => insteadOf((log) => log.facts(query)),
    sums: (query, by, timezone) => instead((log) => log.sums(query, by, timezone)),
    summed: async (query, wish) => {
      try {
        return await shared.summed?.(query, wish);
      } catch (error) {
        if (!isAway(error)) throw error;
        onAway();
        return own.summed?.(query, wish);
      }
    },
    // What the files tell of sessions, they tell exchange by exchange.
    summedSessions: (query) => instead(async (log) => log.summedSessions?.(query)),
    thread: (of) => instead((log) => log.thread(of)),
    searchBodies: (text, query, wish) => instead((log) => log.searchBodies(text, query, wish)),
    follow: (from, signal) => shared.follow(from, signal),
    size: () => instead((log) => log.size()),
    close: async () => {
      await shared.close();
      await own.close();
    },
  };
};
