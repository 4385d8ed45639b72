import { join } from 'node:path';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { countPlacements } from '../../providers/balance/count-placements.ts';
import type { Placements } from '../../providers/balance/placement.ts';
import type { SharedState } from '../shared/open-shared-state.ts';
import { openPlacementFile } from '../shared/placement-file.ts';

const FILE = 'placements.jsonl';

/** Places sessions for all gateways of a database, or for all processes of this gateway. */
export const composePlacements = (
  { dataDir }: Pick<GatewayConfig, 'dataDir'>,
  { postgres }: Pick<SharedState, 'postgres'>,
  clock: Clock,
): Placements => {
  if (postgres) return postgres.placements;
  return countPlacements(
    clock,
    openPlacementFile(join(dataDir, FILE), () => clock.now()),
  );
};
