import { SHARED_STATE } from './0001-shared-state.ts';
import { BUDGETS_AND_LIMITS } from './0002-budgets-and-limits.ts';
import { LIMIT_DEFINITIONS } from './0003-limits.ts';
import { LOG } from './0004-log.ts';
import { ANSWERS } from './0005-answers.ts';
import { LOG_SUMS } from './0006-log-sums.ts';
import { SIGN_INS } from './0007-sign-ins.ts';
import { SIGN_IN_ENDS } from './0008-sign-in-ends.ts';
import { PLACEMENTS } from './0009-placements.ts';
import { BODY_OBJECTS } from './0010-body-objects.ts';
import { CLIENT_EVENTS } from './0011-client-events.ts';
import { LOG_GRAINS } from './0012-log-grains.ts';
import { HOLDERS } from './0013-holders.ts';
import { SCRIPT_CALLS } from './0014-script-calls.ts';
import { SEARCHES } from './0015-searches.ts';
import { SERVICE_TIER } from './0016-service-tier.ts';
import { MEDIA } from './0017-media.ts';
import { SUMS_BY_CLIENT } from './0018-sums-by-client.ts';

/** A step from one form of the tables to the next, in plain SQL. Never changed once it has been released. */
export interface Migration {
  /** 1, 2, 3… */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** In their order. A later one only adds, so that gateways of two versions can use one database. */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, name: 'shared-state', sql: SHARED_STATE },
  { id: 2, name: 'budgets-and-limits', sql: BUDGETS_AND_LIMITS },
  { id: 3, name: 'limits', sql: LIMIT_DEFINITIONS },
  { id: 4, name: 'log', sql: LOG },
  { id: 5, name: 'answers', sql: ANSWERS },
  { id: 6, name: 'log-sums', sql: LOG_SUMS },
  { id: 7, name: 'sign-ins', sql: SIGN_INS },
  { id: 8, name: 'sign-in-ends', sql: SIGN_IN_ENDS },
  { id: 9, name: 'placements', sql: PLACEMENTS },
  { id: 10, name: 'body-objects', sql: BODY_OBJECTS },
  { id: 11, name: 'client-events', sql: CLIENT_EVENTS },
  { id: 12, name: 'log-grains', sql: LOG_GRAINS },
  { id: 13, name: 'holders', sql: HOLDERS },
  { id: 14, name: 'script-calls', sql: SCRIPT_CALLS },
  { id: 15, name: 'searches', sql: SEARCHES },
  { id: 16, name: 'service-tier', sql: SERVICE_TIER },
  { id: 17, name: 'media', sql: MEDIA },
  { id: 18, name: 'sums-by-client', sql: SUMS_BY_CLIENT },
];
