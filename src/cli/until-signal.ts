import process from 'node:process';
import { isatty } from 'node:tty';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** As a shell would say it: an interrupt is 130; being asked to end is no failure. */
export const exitCodeOf = (signal: StopSignal): number => (signal === 'SIGINT' ? 130 : 0);

/**
 * Whether a hangup is meant for this process. `nohup` lets a command ignore the signal, but Node undoes that
 * as it starts; what remains is that `nohup` leaves neither output on a terminal. Without a terminal nothing
 * can hang up, and who starts the gateway as a service ends it otherwise. Windows ends a process whose console
 * is closed in any case.
 */
const heedsHangup = (): boolean => process.platform === 'win32' || isatty(1) || isatty(2);

/**
 * Waits for the first signal to stop. A second one ends the process at once: its user has waited enough.
 * @param onHangup called at a hangup that is no terminal's
 * @returns the signal
 */
export const untilSignal = (onHangup: () => void = () => {}): Promise<StopSignal> =>
  new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: StopSignal): void => {
      if (stopping) process.exit(exitCodeOf(signal) || 143);
      stopping = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    process.on('SIGHUP', heedsHangup() ? onSignal : onHangup);
  });
