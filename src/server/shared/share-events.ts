import type { ClientEventLog, ClientEventReader } from '../../log/events/client-event.ts';
import type { ClientEvent } from '../../log/port.ts';

/** Each event once: that of this gateway is in both logs. */
const merge = (...all: readonly (readonly ClientEvent[])[]): readonly ClientEvent[] => {
  const found = new Map(all.flat().map((event) => [JSON.stringify(event), event]));
  return [...found.values()].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
};

/** Those of all gateways; while their database is away, those of this one. */
export const readSharedEvents = (shared: ClientEventReader, own: ClientEventReader): ClientEventReader => ({
  of: async (ids) => {
    const [ofAll, ofThis] = await Promise.all([shared.of(ids).catch(() => []), own.of(ids)]);
    return merge(ofAll, ofThis);
  },
});

/** Keeps events for all gateways, and beside that in the data folder: what the database could not take is there. */
export const shareEvents = (shared: ClientEventLog, own: ClientEventLog): ClientEventLog => ({
  ...readSharedEvents(shared, own),
  add: (events) => {
    shared.add(events);
    own.add(events);
  },
  flush: async () => {
    await Promise.all([shared.flush(), own.flush()]);
  },
  close: async () => {
    await Promise.all([shared.close(), own.close()]);
  },
});
