import { join } from 'node:path';
import { isObject } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { countPlacements } from '../../providers/balance/count-placements.ts';
import type { Placements } from '../../providers/balance/placement.ts';
import { type HeldId, type Holders, MAX_HELD_IDS, rememberHolders } from '../../providers/holders/holders.ts';
import { openKeptLines } from '../shared/kept-lines.ts';
import type { SharedState } from '../shared/open-shared-state.ts';
import { openPlacementFile } from '../shared/placement-file.ts';

/** Where sessions belong, and who holds what was stored. */
export interface Whereabouts {
  readonly placements: Placements;
  readonly holders: Holders;
}

const PLACEMENTS_FILE = 'placements.jsonl';
const HOLDERS_FILE = 'holders.jsonl';

const parseHeldId = (value: unknown): HeldId | undefined => {
  if (!isObject(value)) return undefined;
  const { id, provider, owner } = value;
  if (typeof id !== 'string' || typeof provider !== 'string') return undefined;
  return { id, provider, ...(typeof owner === 'string' && { owner }) };
};

/** For all gateways of a database, or for all processes of this gateway. */
export const composeWhereabouts = (
  { dataDir }: Pick<GatewayConfig, 'dataDir'>,
  { postgres }: Pick<SharedState, 'postgres'>,
  clock: Clock,
): Whereabouts => {
  if (postgres) return postgres;
  const placementFile = openPlacementFile(join(dataDir, PLACEMENTS_FILE), () => clock.now());
  const holdersFile = openKeptLines<HeldId>({
    path: join(dataDir, HOLDERS_FILE),
    parse: parseHeldId,
    keyOf: ({ id }) => id,
    maxEntries: MAX_HELD_IDS,
  });
  return {
    placements: countPlacements(clock, placementFile),
    holders: rememberHolders(holdersFile),
  };
};
