import type { Clock } from '../../base/time/clock.ts';
import type { TimeWindow } from '../../base/time/zoned-time.ts';
import { type Budget, budgetId, type Subject } from './budget.ts';
import { createScopeIndex, type Match } from './index-by-scope.ts';
import {
  type Counted,
  type Counters,
  childOfKey,
  counterKey,
  idOfKey,
  nanoOf,
  statusOf,
} from './ledger-counters.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Amount, BudgetLedger, BudgetStatus, Cost, Estimate, Reservation } from './ledger-port.ts';
import { createWindows } from './window.ts';

/** A reservation that is older is freed, whatever became of its request; when that ends after all, it is settled. */
const LEASE_MS = 3_600_000;
/** Ids whose settlement is remembered, so that a second one changes nothing. */
const MAX_SETTLED = 10_000;
/** How long a request whose reservation was freed may still settle. */
const KEPT_MS = 24 * LEASE_MS;
const MAX_OPEN = 100_000;

const NOTHING_HELD: Reservation = {
  kind: 'granted',
  warnings: [],
  tightest: undefined,
  outputRoom: {},
  stopsRunaways: false,
};

interface Place {
  readonly match: Match<Budget>;
  readonly key: string;
  readonly window: TimeWindow;
  readonly counted: Counted;
}

interface Held {
  readonly places: readonly Place[];
  readonly estimate: Estimate;
  readonly atMs: number;
  readonly granted: Reservation;
  isFreed: boolean;
}

export interface LedgerDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly budgets?: readonly Budget[];
  /** Asked where a budget is defined. @throws where another process counts */
  readonly checkAlone?: () => void;
}

export interface OwnLedger extends BudgetLedger {
  reserve(...input: Parameters<BudgetLedger['reserve']>): Reservation;
  status(subject?: Subject): readonly BudgetStatus[];
  /** Other budgets from now on; what was spent stays with those that remain. */
  define(budgets: readonly Budget[]): void;
  /** Writes what is spent to a file that has filled the counters; before, nothing outlives the process. */
  keepIn(file: LedgerFile): void;
  readonly budgets: readonly Budget[];
}

const unitsOf = ({ unit }: Budget, { nanoUsd, tokens }: Amount): number =>
  unit === 'usd' ? nanoUsd : tokens;

const limitOf = ({ unit, limit }: Budget): number => (unit === 'usd' ? nanoOf(limit) : limit);

/** The ledger of one process, which decides at once: nothing comes between the look and the reservation. */
export const createLedger = ({
  clock,
  counters,
  budgets: first = [],
  checkAlone = () => {},
}: LedgerDeps): OwnLedger => {
  const windowOf = createWindows(() => clock.now());
  const open = new Map<string, Held>();
  const settled = new Set<string>();
  let file: LedgerFile | undefined;
  let budgets = first;
  let find = createScopeIndex(first);

  const lastWindows = new WeakMap<Budget, TimeWindow>();
  const windowFor = (budget: Budget): TimeWindow => {
    const nowMs = clock.now();
    const last = lastWindows.get(budget);
    if (last && nowMs >= last.startMs && nowMs < last.endMs) return last;
    const window = windowOf(budget.period, budget.timezone);
    lastWindows.set(budget, window);
    return window;
  };

  const placeOf = (match: Match<Budget>): Place => {
    const { entry, child } = match;
    const window = windowFor(entry);
    const key = counterKey(entry, child);
    return { match, key, window, counted: counters.of(key, window.startMs) };
  };
  const show = ({ match: { entry, child }, window, counted }: Place): BudgetStatus =>
    statusOf(entry, child, window, counted);

  const free = (held: Held): void => {
    if (held.isFreed) return;
    held.isFreed = true;
    for (const { match, counted } of held.places) {
      const { input, output } = held.estimate;
      counted.reserved -= unitsOf(match.entry, input) + unitsOf(match.entry, output);
    }
  };
  const freeOld = (): void => {
    const nowMs = clock.monotonic();
    for (const [id, held] of open) {
      const ageMs = nowMs - held.atMs;
      // The oldest come first.
      if (ageMs < LEASE_MS && open.size <= MAX_OPEN) return;
      free(held);
      // It is kept for a while longer, so that a late end still counts.
      if (ageMs > KEPT_MS || open.size > MAX_OPEN) open.delete(id);
    }
  };

  const used = ({ counted }: Place): number => counted.spent + counted.reserved;
  const hasRoom = (place: Place, { input }: Estimate): boolean => {
    const limit = limitOf(place.match.entry);
    return used(place) < limit && used(place) + unitsOf(place.match.entry, input) <= limit;
  };
  const share = (place: Place): number => used(place) / Math.max(1, limitOf(place.match.entry));
  const roomUnder = (places: readonly Place[], estimate: Estimate): Partial<Amount> => {
    const room: { nanoUsd?: number; tokens?: number } = {};
    for (const place of places) {
      const { entry } = place.match;
      if (entry.enforcement !== 'ceiling') continue;
      const name = entry.unit === 'usd' ? 'nanoUsd' : 'tokens';
      const left = limitOf(entry) - used(place) - unitsOf(entry, estimate.input);
      room[name] = Math.min(room[name] ?? Number.POSITIVE_INFINITY, left);
    }
    return room;
  };

  const reserve: OwnLedger['reserve'] = (exchangeId, subject, estimate, own = []) => {
    const known = open.get(exchangeId);
    if (known) return known.granted;
    if (settled.has(exchangeId)) return NOTHING_HELD;
    if (budgets.length > 0) checkAlone();
    freeOld();
    const ownMatches = own.map((entry) => ({ entry, child: subject.runId ?? '' }));
    const places = [...find(subject), ...ownMatches].map(placeOf);
    const full = places.filter(
      (place) => place.match.entry.enforcement !== 'soft' && !hasRoom(place, estimate),
    );
    if (full.length > 0) {
      // The one that keeps the client out for longest: a sooner time would be false.
      const last = full.reduce((one, other) => (other.window.endMs > one.window.endMs ? other : one));
      return { kind: 'refused', budget: show(last) };
    }
    const outputRoom = roomUnder(places, estimate);
    for (const { match, counted } of places) {
      counted.reserved += unitsOf(match.entry, estimate.input) + unitsOf(match.entry, estimate.output);
    }
    const soft = places.filter((place) => place.match.entry.enforcement === 'soft' && share(place) >= 1);
    const tightest = places.reduce<Place | undefined>(
      (one, other) => (one === undefined || share(other) > share(one) ? other : one),
      undefined,
    );
    const granted: Reservation = {
      kind: 'granted',
      warnings: soft.map(show),
      tightest: tightest && show(tightest),
      outputRoom,
      stopsRunaways: places.some(({ match }) => match.entry.stopsRunaways),
    };
    if (places.length > 0) {
      open.set(exchangeId, { places, estimate, atMs: clock.monotonic(), granted, isFreed: false });
    }
    return granted;
  };

  const take = (exchangeId: string): Held | undefined => {
    const held = open.get(exchangeId);
    open.delete(exchangeId);
    if (held) free(held);
    return held;
  };

  const settle = (exchangeId: string, cost: Cost): void => {
    const held = take(exchangeId);
    if (!held) return;
    settled.add(exchangeId);
    if (settled.size > MAX_SETTLED) settled.delete(settled.values().next().value ?? '');
    for (const { match, counted } of held.places) {
      counted.spent += unitsOf(match.entry, cost);
      counted.tokens += cost.tokens;
      counted.listNanoUsd += cost.listNanoUsd;
    }
    file?.append(
      exchangeId,
      held.places.map(({ key, match, window }) => ({
        key,
        startMs: window.startMs,
        spent: unitsOf(match.entry, cost),
        tokens: cost.tokens,
        listNanoUsd: cost.listNanoUsd,
      })),
    );
  };

  const everyPlace = (): readonly Place[] => {
    const childrenOf = new Map<string, string[]>();
    for (const [key] of counters.entries()) {
      const child = childOfKey(key);
      if (child === undefined) continue;
      const children = childrenOf.get(idOfKey(key));
      if (children) children.push(child);
      else childrenOf.set(idOfKey(key), [child]);
    }
    return budgets.flatMap((entry) =>
      (entry.scope.each ? (childrenOf.get(budgetId(entry)) ?? []) : ['']).map((child) =>
        placeOf({ entry, child }),
      ),
    );
  };

  return {
    reserve,
    settle,
    release: (exchangeId) => void take(exchangeId),
    status: (subject) => {
      freeOld();
      return (subject ? find(subject).map(placeOf) : everyPlace()).map(show);
    },
    define: (next) => {
      budgets = next;
      find = createScopeIndex(next);
    },
    keepIn: (kept) => {
      file = kept;
      for (const id of kept.settledIds) settled.add(id);
    },
    get budgets() {
      return budgets;
    },
  };
};
