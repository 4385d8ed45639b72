import type { LoadConfigSources } from '../../config/load-config.ts';
import type { Budget, Subject } from '../../guard/budgets/budget.ts';
import type { BudgetStatus, Cost, Estimate, Reservation } from '../../guard/budgets/ledger-port.ts';
import type { LimitStatus, Taken } from '../../guard/limits/limit-port.ts';
import type { LimitSubject } from '../../guard/limits/rate-limit.ts';
import type { Ended } from '../../guard/people/people.ts';
import type { AnswerSoFar, ExchangeEvent } from '../../log/exchange.ts';
import type { Losses } from '../../log/port.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { RecorderTrouble } from '../../log/trouble.ts';
import type { Vitals } from '../../metrics/vitals.ts';
import type { Placement, PlacementRequest } from '../../providers/balance/placement.ts';
import type { Holder } from '../../providers/holders/holders.ts';
import type { Holds } from '../compose/compose-budgets.ts';

/** Where the primary answers what is asked of the gateway as a whole, and what proves that a worker asks. */
export interface InnerAddress {
  /** Of a Unix socket, or a named pipe of Windows. */
  readonly path: string;
  readonly secret: string;
}

/**
 * What all workers have a common limit of: exchanges and WebSocket connections (`MAX_OPEN_EXCHANGES` each), and
 * the bytes of request bodies (`BODY_MEMORY_LIMIT`).
 */
export type Bounded = 'exchanges' | 'connections' | 'bodyBytes';

/** All that a worker is made from. It reads no file of the user's: who replaces it later is its equal. */
export interface WorkerStart {
  readonly sources: LoadConfigSources;
  /** Never 0: all of them share one. */
  readonly port: number;
  readonly version: string;
  readonly demoUrl: string | undefined;
  readonly via: string;
  readonly sealingSecret: Buffer;
  readonly ticketSecret: Buffer;
  readonly inner: InnerAddress;
  /** What people may do no longer. */
  readonly ends: readonly Ended[];
  /** How much of each is this worker's, to begin with. */
  readonly shares: Readonly<Record<Bounded, number>>;
  /** What requests must ask the primary for. */
  readonly holds: Holds;
}

/** What has happened in a worker since it last told. */
export interface Told {
  /** Of each exchange the latest, as it stands now. */
  readonly events: readonly ExchangeEvent[];
  /** Since the worker's start. */
  readonly losses: Losses;
  readonly trouble: RecorderTrouble | undefined;
  /** Set where more happened than could wait to be told: what has ended is in the log alone. */
  readonly missed?: { readonly ended: number; readonly running: readonly ExchangeRecord[] };
}

/** What a worker answers. */
export interface WorkerCalls {
  readonly start: { readonly input: WorkerStart; readonly output: undefined };
  /** Tells everything, and writes it. */
  readonly flush: { readonly input: undefined; readonly output: undefined };
  readonly answerSoFar: { readonly input: string; readonly output: AnswerSoFar | undefined };
  readonly findEarlier: { readonly input: string; readonly output: Buffer | undefined };
  readonly vitals: { readonly input: undefined; readonly output: Vitals | undefined };
  /** Gives away of its share what it does not use. @returns how much */
  readonly lend: { readonly input: Bounded; readonly output: number };
  /** Serves by another configuration from now on, as `Gateway.reload` does. */
  readonly reload: { readonly input: LoadConfigSources; readonly output: undefined };
  /** What requests must ask the primary for from now on. */
  readonly holds: { readonly input: Holds; readonly output: undefined };
  /** What a person may do no longer, by `Gateway.end`. */
  readonly ended: { readonly input: Ended; readonly output: undefined };
  /** Ends as `Gateway.close` does; the worker ends its process when it has answered. */
  readonly stop: { readonly input: { readonly graceMs: number }; readonly output: undefined };
}

/** What the primary answers. */
export interface PrimaryCalls {
  /** The worker listens from now on; what came before is lost. */
  readonly hello: { readonly input: undefined; readonly output: undefined };
  readonly told: { readonly input: Told; readonly output: undefined };
  readonly makeRoom: { readonly input: undefined; readonly output: undefined };
  /** Asks all other workers, where nothing is free. @returns how much more is the worker's now */
  readonly borrow: {
    readonly input: { readonly of: Bounded; readonly wanted: number };
    readonly output: number;
  };
  readonly reserve: {
    readonly input: {
      readonly exchangeId: string;
      readonly subject: Subject;
      readonly estimate: Estimate;
      readonly own: readonly Budget[] | undefined;
    };
    readonly output: Reservation;
  };
  readonly settle: {
    readonly input: { readonly exchangeId: string; readonly cost: Cost };
    readonly output: undefined;
  };
  readonly release: { readonly input: string; readonly output: undefined };
  readonly takeLimits: {
    readonly input: {
      readonly exchangeId: string;
      readonly subject: LimitSubject;
      readonly tokens: number;
    };
    readonly output: Taken;
  };
  readonly finishLimits: {
    readonly input: { readonly exchangeId: string; readonly tokens: number };
    readonly output: undefined;
  };
  readonly limitStatus: {
    readonly input: LimitSubject | undefined;
    readonly output: readonly LimitStatus[];
  };
  readonly budgetStatus: {
    readonly input: Subject | undefined;
    readonly output: readonly BudgetStatus[];
  };
  readonly noteHeld: {
    readonly input: { readonly ids: readonly string[]; readonly holder: Holder };
    readonly output: undefined;
  };
  readonly findHolder: { readonly input: readonly string[]; readonly output: Holder | undefined };
  /** Places a session and counts it with those of all workers. */
  readonly place: { readonly input: PlacementRequest; readonly output: Placement | undefined };
  /** Asks all other workers. */
  readonly findEarlier: { readonly input: string; readonly output: Buffer | undefined };
}
