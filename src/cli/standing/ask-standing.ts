import type { BudgetsAnswer } from '../../admin/api-types/budgets.ts';
import { fetchGateway } from '../../base/fetch-gateway.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { CommandContext } from '../context.ts';
import { readSources } from '../read-config.ts';
import { findLivingGateway } from '../running-instances.ts';

const ANSWER_WITHIN_MS = 5_000;

type Standing = Pick<BudgetsAnswer, 'budgets' | 'limits'>;

/** How budgets and limits stand, or why nobody can say. */
type AskedStanding = { readonly standing: Standing } | { readonly unknown: string };

/** @returns undefined where the configuration cannot be read: then the list is shown all the same */
const masterKeyOf = (sources: Awaited<ReturnType<typeof readSources>>): string | undefined => {
  try {
    return loadConfig(sources).masterKey;
  } catch {
    return undefined;
  }
};

/** Asks the running gateway of a data folder, which counts: the one set of figures that refuses. */
export const askStanding = async (
  flags: { readonly dataDir?: string },
  context: CommandContext,
): Promise<AskedStanding> => {
  const sources = await readSources(flags, context, { isLauncher: true });
  const gateway = await findLivingGateway(sources.dataDir).catch(() => undefined);
  if (!gateway)
    return { unknown: 'No gateway runs on this data folder: what is spent and left is not known.' };
  const key = gateway.isGuarded ? masterKeyOf(sources) : undefined;
  try {
    const response = await fetchGateway(`${gateway.url}/admin/api/v1/budgets`, {
      ...(key !== undefined && { headers: { 'x-gomodel-key': key } }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (response.ok) return { standing: (await response.json()) as BudgetsAnswer };
    const remedy = response.status === 401 ? ' Set GOMODEL_MASTER_KEY in this shell.' : '';
    return {
      unknown: `The gateway does not say what is spent and left (status ${response.status}).${remedy}`,
    };
  } catch {
    return { unknown: 'The gateway does not say what is spent and left: it did not answer.' };
  }
};
