import process from 'node:process';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** As a shell would say it: an interrupt is 130; being asked to end is no failure. */
export const exitCodeOf = (signal: StopSignal): number => (signal === 'SIGINT' ? 130 : 0);

/**
 * Waits for the first signal to stop. A second one ends the process at once: its user has waited enough.
 * @returns the signal
 */
export const untilSignal = (): Promise<StopSignal> =>
  new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: StopSignal): void => {
      if (stopping) process.exit(exitCodeOf(signal) || 143);
      stopping = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  });
