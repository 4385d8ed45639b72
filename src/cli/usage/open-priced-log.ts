import { createPricing, type Pricing } from '../../admin/cost/create-pricing.ts';
import { GatewayError } from '../../base/errors.ts';
import type { LogReader } from '../../log/port.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { composeUpstreams } from '../../server/compose-upstreams.ts';
import { openLog } from '../../server/open-log.ts';
import type { CommandContext } from '../context.ts';
import { readConfig } from '../read-config.ts';
import { readDataFolder, type VariableFlags } from '../read-variables.ts';
import { plainLine } from '../render/plain-text.ts';

export interface PricedLog {
  readonly dataDir: string;
  readonly log: LogReader;
  readonly pricing: () => Promise<Pricing>;
}

/** Whose prices hold depends on where the providers are. The log can be read without knowing that. */
const findUpstreams = async (flags: VariableFlags, context: CommandContext): Promise<readonly Upstream[]> => {
  try {
    const config = await readConfig(flags, context, { isLauncher: true });
    const { upstreams, chatgpt } = composeUpstreams(config, undefined);
    return [...upstreams, chatgpt];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    context.stderr.write(`The costs are those of the price list alone: ${plainLine(error.message)}\n`);
    return [];
  }
};

/** The log of a data folder with the prices that its gateway knows. @throws GatewayError invalid_config */
export const openPricedLog = async (flags: VariableFlags, context: CommandContext): Promise<PricedLog> => {
  const dataDir = readDataFolder(flags, context);
  const upstreams = await findUpstreams(flags, context);
  return { dataDir, log: openLog(dataDir), pricing: createPricing(dataDir, upstreams) };
};
