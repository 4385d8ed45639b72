import { systemClock } from '../../base/time/clock.ts';
import { defaultProviderOf, type GatewayConfig } from '../../config/load-config.ts';
import { chooseModel } from '../providers/choose-model.ts';
import { openLists } from '../providers/open-lists.ts';

/**
 * A model for a round trip where the default provider is not one of those that speak Responses: what Codex
 * would ask for by itself is not known there.
 * @returns undefined where Codex's own models will do, or none is known
 */
export const suggestModel = async (config: GatewayConfig): Promise<string | undefined> => {
  const { id, spec, native, models } = defaultProviderOf(config);
  if ((native ?? spec.native).includes('responses')) return undefined;
  const lists = await openLists(config, systemClock);
  if (lists.modelsOf(id).length === 0) await lists.refresh();
  await lists.close();
  return chooseModel(lists.modelsOf(id), models.length);
};
