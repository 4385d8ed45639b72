import type { Clock } from '../base/time/clock.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { ClientEventReader, LogReader } from '../log/port.ts';
import { openLog, readClientEvents } from './open-log.ts';
import { openSharedState } from './shared/open-shared-state.ts';
import { preferSharedLog } from './shared/prefer-shared-log.ts';
import { readSharedEvents } from './shared/share-events.ts';

export interface OpenedLog extends LogReader {
  /** What clients told of their tools. */
  readonly events: ClientEventReader;
}

/**
 * The log that the configuration names, for reading beside a gateway.
 * @param onAway called once where the database of all gateways is away, and the data folder's log is read instead
 */
export const openLogOf = async (
  config: Pick<GatewayConfig, 'dataDir' | 'storage'>,
  clock: Clock,
  onAway: () => void,
): Promise<OpenedLog> => {
  const own = openLog(config.dataDir);
  const ownEvents: ClientEventReader = { of: (ids) => readClientEvents(config.dataDir, ids) };
  if (config.storage.kind === 'files') return { ...own, events: ownEvents };
  const state = await openSharedState(config, clock);
  if (!state.postgres) return { ...own, events: ownEvents };
  let isSaid = false;
  const log = preferSharedLog(state.postgres.log, own, () => {
    if (!isSaid) onAway();
    isSaid = true;
  });
  const sharedEvents = state.postgres.openEvents(0);
  return {
    ...log,
    events: readSharedEvents(sharedEvents, ownEvents),
    close: async () => {
      await log.close();
      await sharedEvents.close();
      await state.close();
    },
  };
};
