import { createPricing, type Pricing } from '../../admin/cost/create-pricing.ts';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { type LoadConfigSources, loadConfig } from '../../config/load-config.ts';
import { readStorage } from '../../config/read-storage.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { composeUpstreams } from '../../server/compose/compose-upstreams.ts';
import { type OpenedLog, openLogOf } from '../../server/open-log-of.ts';
import type { CommandContext } from '../context.ts';
import { readSources } from '../read-config.ts';
import type { VariableFlags } from '../read-variables.ts';
import { plainLine } from '../render/plain-text.ts';

export interface PricedLog {
  readonly dataDir: string;
  readonly log: OpenedLog;
  readonly pricing: () => Promise<Pricing>;
}

/** Whose prices hold depends on where the providers are. The log can be read without knowing that. */
const findUpstreams = (sources: LoadConfigSources, { stderr }: CommandContext): readonly Upstream[] => {
  try {
    const { upstreams, chatgpt } = composeUpstreams(loadConfig(sources), undefined);
    return [...upstreams, chatgpt];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    stderr.write(`Costs come from the price list only: ${plainLine(error.message)}\n`);
    return [];
  }
};

/**
 * Reads the log of a data folder, or of the database that several gateways share, with the prices that the gateway
 * knows.
 * @throws GatewayError invalid_config, and what the work throws
 */
export const readPricedLog = async <Result>(
  flags: VariableFlags,
  context: CommandContext,
  work: (priced: PricedLog) => Promise<Result>,
): Promise<Result> => {
  const sources = await readSources(flags, context, { isLauncher: true });
  const { dataDir } = sources;
  const upstreams = findUpstreams(sources, context);
  const log = await openLogOf({ dataDir, storage: readStorage(sources) }, systemClock, () =>
    context.stderr.write('The database does not answer: this is the log of this gateway alone.\n'),
  );
  try {
    return await work({ dataDir, log, pricing: createPricing(dataDir, upstreams) });
  } finally {
    await log.close();
  }
};

/** The prices that the gateway of a data folder knows. */
export const findPricing = (sources: LoadConfigSources, context: CommandContext): Promise<Pricing> =>
  createPricing(sources.dataDir, findUpstreams(sources, context))();
