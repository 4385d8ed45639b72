import type { BalanceNote } from '../../providers/balance/create-balance.ts';
import type { RouteReason } from '../../providers/route-model.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { Effort } from '../../translate/ask.ts';

/** Where a request is sent, and for which model. */
export interface Destination {
  readonly upstream: Upstream;
  /** As the provider names it; undefined if the request names none. */
  readonly model: string | undefined;
  /** In place of what the client asked for. */
  readonly effort: Effort | undefined;
}

export interface ChosenDestination extends Destination {
  readonly why: RouteReason;
  /** Where to go on, in this order, when the first one fails before its first byte. */
  readonly fallbacks: readonly Destination[];
  /**
   * Where to go on instead when some have failed, by what is known by then. Never rejects.
   * @returns undefined where that is not known
   */
  readonly goOn?: (failed: readonly Destination[]) => Promise<readonly Destination[] | undefined>;
  /** Why it is this one, where the name stands for several. */
  readonly balance?: BalanceNote;
}
