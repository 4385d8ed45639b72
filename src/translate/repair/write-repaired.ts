import type { Ask } from '../ask.ts';
import type { WrittenRequest } from '../translation.ts';
import { type ProviderNeeds, type RepairPass, repairAsk } from './repair-pass.ts';

interface RepairedWriting {
  readonly passes: readonly RepairPass[];
  readonly needs: ProviderNeeds;
  readonly write: (ask: Ask) => WrittenRequest;
}

/** Repairs an ask, writes it, and tells of what both have left out. */
export const writeRepaired = (ask: Ask, { passes, needs, write }: RepairedWriting): WrittenRequest => {
  const { ask: repaired, losses, renamedKeys } = repairAsk(ask, passes, needs);
  const written = write(repaired);
  return { ...written, losses: [...new Set([...losses, ...written.losses])], renamedKeys };
};
