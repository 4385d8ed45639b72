import { userInfo } from 'node:os';
import { GatewayError } from '../base/errors.ts';
import { systemClock } from '../base/time/clock.ts';
import { readStorage } from '../config/read-storage.ts';
import type { AdminLog } from '../guard/admin-log.ts';
import { openSharedState, type SharedState } from '../server/shared/open-shared-state.ts';
import type { CommandContext } from './context.ts';
import { readSources } from './read-config.ts';

/** What every desk needs besides its store. */
interface DeskDeps {
  readonly log: AdminLog;
  readonly now: () => number;
  readonly by: string;
}

/** On the command line, what is wrong with a value is wrong usage. */
const USAGE_CODES: readonly string[] = [
  'invalid_request',
  'unknown_budget',
  'unknown_limit',
  'unknown_sign_in',
];

/** The user of the machine, where the system knows one. */
const whoAmI = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
};

/**
 * Changes what a data folder or a database holds, in the name of the user. A gateway that runs on it sees the changes
 * by itself.
 * @throws GatewayError invalid_config, invalid_usage, and what the work throws
 */
export const workAtDesk = async <Desk>(
  flags: { readonly dataDir?: string },
  context: CommandContext,
  open: (state: SharedState, deps: DeskDeps) => Desk | Promise<Desk>,
  work: (desk: Desk) => Promise<void>,
): Promise<void> => {
  const sources = await readSources(flags, context);
  const state = await openSharedState(
    { dataDir: sources.dataDir, storage: readStorage(sources) },
    systemClock,
  );
  const deps = { log: state.adminLog, now: () => systemClock.now(), by: `cli:${whoAmI()}` };
  try {
    await work(await open(state, deps));
  } catch (error) {
    const isUsage = error instanceof GatewayError && USAGE_CODES.includes(error.code);
    throw isUsage ? new GatewayError('invalid_usage', error.message, { cause: error }) : error;
  } finally {
    await state.close();
  }
};
