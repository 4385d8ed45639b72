import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { ExchangeWatch, LogReader } from '../../log/port.ts';
import type { LogCopies } from '../../postgres/open-storage.ts';
import { openLogSource, openOwnLog } from '../open-log.ts';
import { loadInstanceId } from '../shared/load-instance-id.ts';
import type { SharedState } from '../shared/open-shared-state.ts';
import { preferSharedLog } from '../shared/prefer-shared-log.ts';
import { watchSharedLog } from '../shared/watch-shared-log.ts';

/** The log as the page reads and watches it. */
export interface ComposedLog {
  readonly log: LogReader;
  /** Tells of all gateways that share it. */
  readonly watch: ExchangeWatch;
  /** Absent where nothing is shared. */
  readonly shipping: LogCopies | undefined;
  /** Ends what is told; behind the recorder, since it sends what that has written last. */
  close(): Promise<void>;
}

/** The log of the data folder, or that of all gateways of a database, which gets what happens here. */
export const composeLog = async (
  { dataDir, retentionDays }: Pick<GatewayConfig, 'dataDir' | 'retentionDays'>,
  recorder: ExchangeWatch,
  { postgres }: SharedState,
  clock: Clock,
): Promise<ComposedLog> => {
  const own = openOwnLog(dataDir, recorder, clock);
  if (!postgres) return { log: own, watch: recorder, shipping: undefined, close: async () => {} };
  const instance = await loadInstanceId(dataDir);
  const source = openLogSource(dataDir);
  const shipping = postgres.shipLog({ dataDir, instance, source, recorder, retentionDays });
  const watch = watchSharedLog(recorder, postgres.log);
  return {
    log: preferSharedLog(postgres.log, own),
    watch,
    shipping,
    close: async () => {
      watch.close();
      await Promise.all([shipping.ofRows.close(), shipping.ofBodies?.close()]);
    },
  };
};
