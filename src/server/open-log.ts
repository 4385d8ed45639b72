import type { Clock } from '../base/time/clock.ts';
import { keepIndexReady } from '../log/files/index/keep-index-ready.ts';
import { openFileLog } from '../log/files/open-file-log.ts';
import type { ExchangeWatch, LogReader } from '../log/port.ts';

export { openEventLog, readClientEvents } from '../log/events/open-event-log.ts';
export { openLogSource } from '../log/files/copy-log.ts';

/** The log for reading, with or without a gateway that writes it. */
export const openLog = (dataDir: string): LogReader => openFileLog({ dataDir });

/** The log of a gateway, whose index is kept ready while the gateway has nothing better to do. */
export const openOwnLog = (dataDir: string, recorder: ExchangeWatch, clock: Clock): LogReader => {
  const log = openFileLog({ dataDir, recorder, now: () => clock.monotonic() });
  const stop = keepIndexReady(log, recorder);
  return {
    ...log,
    close: () => {
      stop();
      return log.close();
    },
  };
};
