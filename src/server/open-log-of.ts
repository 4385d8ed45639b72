import type { Clock } from '../base/time/clock.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { LogReader } from '../log/port.ts';
import { openLog } from './open-log.ts';
import { openSharedState } from './shared/open-shared-state.ts';
import { preferSharedLog } from './shared/prefer-shared-log.ts';

/**
 * The log that the configuration names, for reading beside a gateway.
 * @param onAway called once where the database of all gateways is away, and the data folder's log is read instead
 */
export const openLogOf = async (
  config: Pick<GatewayConfig, 'dataDir' | 'storage'>,
  clock: Clock,
  onAway: () => void,
): Promise<LogReader> => {
  const own = openLog(config.dataDir);
  if (config.storage.kind === 'files') return own;
  const state = await openSharedState(config, clock);
  if (!state.postgres) return own;
  let isSaid = false;
  const log = preferSharedLog(state.postgres.log, own, () => {
    if (!isSaid) onAway();
    isSaid = true;
  });
  return {
    ...log,
    close: async () => {
      await log.close();
      await state.close();
    },
  };
};
