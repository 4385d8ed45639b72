import {
  ACTIVE_FOR_MS,
  ableTargets,
  type Placement,
  type Placements,
  REMEMBERED_FOR_MS,
} from '../providers/balance/placement.ts';
import type { Database } from './database.ts';
import type { GuardedCall } from './guarded-call.ts';

/** Of all gateways. */
const MAX_SESSIONS = 100_000;
const TIDY_EVERY_MS = 600_000;
/** Nobody waits for it that long. */
const ANSWER_WITHIN_MS = 2_000;

const PLACE = `SELECT out_home AS home, out_at AS at, is_new AS "isNew"
  FROM gomodel.place_session($1, $2, $3, $4, $5 * interval '1 millisecond')`;
/** What was not used for long, and beyond a number of sessions those that were not for longest. */
const TIDY = `DELETE FROM gomodel.placements WHERE used_at <= greatest(
  clock_timestamp() - $1 * interval '1 millisecond',
  (SELECT used_at FROM gomodel.placements ORDER BY used_at DESC OFFSET $2 LIMIT 1))`;

/** Placements of the sessions of all gateways of a database, which counts them. */
export const createPostgresPlacements = (
  database: Pick<Database, 'query'>,
  guarded: GuardedCall,
): Placements & { close(): void } => {
  const tidy = (): void => void database.query(TIDY, [REMEMBERED_FOR_MS, MAX_SESSIONS]).catch(() => {});
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();
  return {
    place: (request) => {
      const { session, name, targets, suggested } = request;
      const able = ableTargets(request);
      const asked = targets.map((target) => ({ ...target, can_be_asked: able.includes(target) }));
      const parameters = [session, name, JSON.stringify(asked), suggested ?? null, ACTIVE_FOR_MS];
      const ask = async (): Promise<Placement | undefined> =>
        (await database.query<Placement>(PLACE, parameters, { timeoutMs: ANSWER_WITHIN_MS }))[0];
      return guarded(ask, () => {});
    },
    close: () => clearInterval(timer),
  };
};
