import { join } from 'node:path';
import { isObject } from '../../base/json-object.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { type HeldId, type Holders, MAX_HELD_IDS, rememberHolders } from '../../providers/holders/holders.ts';
import { openKeptLines } from '../shared/kept-lines.ts';
import type { SharedState } from '../shared/open-shared-state.ts';

const FILE = 'holders.jsonl';

const parse = (value: unknown): HeldId | undefined => {
  if (!isObject(value)) return undefined;
  const { id, provider, owner } = value;
  if (typeof id !== 'string' || typeof provider !== 'string') return undefined;
  return { id, provider, ...(typeof owner === 'string' && { owner }) };
};

/** Who holds what was stored, for all gateways of a database, or for all processes of this gateway. */
export const composeHolders = (
  { dataDir }: Pick<GatewayConfig, 'dataDir'>,
  { postgres }: Pick<SharedState, 'postgres'>,
): Holders => {
  if (postgres) return postgres.holders;
  const path = join(dataDir, FILE);
  return rememberHolders(
    openKeptLines<HeldId>({ path, parse, keyOf: ({ id }) => id, maxEntries: MAX_HELD_IDS }),
  );
};
