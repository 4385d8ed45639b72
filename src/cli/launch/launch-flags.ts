import type { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import type { ConfigFlags } from '../read-config.ts';

/** What every launcher takes. */
export interface LaunchFlags extends ConfigFlags {
  readonly demo?: true;
  readonly own?: true;
  readonly open?: true;
  readonly budget?: string;
}

/**
 * The bound of `--budget`, in USD.
 * @throws GatewayError invalid_usage
 */
export const readBudget = ({ budget }: LaunchFlags): number | undefined => {
  if (budget === undefined) return undefined;
  const usd = Number(budget);
  if (budget.trim() !== '' && usd > 0 && usd <= 1_000_000) return usd;
  throw new GatewayError(
    'invalid_usage',
    `--budget must be an amount in USD above 0, such as 5 or 2.50, not ${budget}.`,
  );
};

/** Gives a launcher the options that all of them have; what follows them is the other program's. */
export const withLaunchOptions = (command: Command): Command =>
  command
    .option('-p, --port <port>', 'start a gateway for the run, on this port')
    .option('--host <host>', 'start a gateway for the run, on this address')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .option('--config <file>', 'configuration file (GOMODEL_CONFIG, default gomodel.yaml in the data folder)')
    .option('--dotenv, --env-file <file>', 'file of variables, weaker than the environment')
    .option('--open', 'open the page with the live story of the run once it has started')
    .option('--own', 'start a gateway for the run even if one is running')
    .option('--budget <usd>', 'most that the run may cost; its requests are refused beyond that')
    .passThroughOptions();
