import process from 'node:process';
import { type LoadConfigSources, loadConfig } from '../../config/load-config.ts';
import type { ServingGateway } from '../../server/gateway.ts';
import type { Reloaded } from '../../server/reload-config.ts';
import { writeOutcome } from './reload-outcome.ts';

interface ReloadDeps {
  readonly gateway: Pick<ServingGateway, 'reload'>;
  readonly dataDir: string;
  /** Reads flags, variables and files anew. */
  readonly readSources: () => Promise<LoadConfigSources>;
  readonly notice: (text: string) => void;
}

const describe = ({ changed, needsRestart }: Reloaded): string => {
  const taken = changed.length === 0 ? 'nothing that it takes over has changed' : changed.join(', ');
  const waits = needsRestart.length === 0 ? '' : ` Hold from the next start on: ${needsRestart.join(', ')}.`;
  return `Configuration read again: ${taken}.${waits}`;
};

/**
 * Reads the configuration again at `SIGUSR2`, with which `gomodel-ts reload` asks, and at a `SIGHUP` that is no
 * terminal's. One that is refused changes nothing. Reloads run one after another.
 * @returns what a hangup calls
 */
export const reloadOnSignal = ({ gateway, dataDir, readSources, notice }: ReloadDeps): (() => void) => {
  const reload = async (): Promise<{ readonly isDone: boolean; readonly message: string }> => {
    try {
      const sources = await readSources();
      return { isDone: true, message: describe(await gateway.reload(loadConfig(sources), sources)) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return {
        isDone: false,
        message: `The configuration is refused, and the one before still holds: ${why}`,
      };
    }
  };
  let last = Promise.resolve();
  const onSignal = (): void => {
    last = last.then(async () => {
      const outcome = await reload();
      notice(outcome.message);
      // Whoever has no right to write there has asked by a signal alone.
      await writeOutcome(dataDir, { pid: process.pid, ...outcome }).catch(() => {});
    });
  };
  if (process.platform !== 'win32') process.on('SIGUSR2', onSignal);
  return onSignal;
};
