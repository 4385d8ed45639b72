import type { BudgetStatus } from '../guard/budgets/ledger-port.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';
import type { Instruments } from './instruments.ts';
import type { Labeller } from './label-exchange.ts';
import type { Vitals } from './vitals.ts';

interface StorageFacts {
  /** `ok`, or what is wrong. */
  readonly postgresql: string;
  readonly log?: { readonly behind: number; readonly behindMs: number };
}

interface TelemetryFacts {
  readonly waiting: number;
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What is looked at when somebody asks for the metrics. */
export interface StateSources {
  readonly recorder: Pick<ExchangeWatch, 'active' | 'trouble' | 'losses'>;
  /** Of each process that answers in time. */
  readonly vitals: () => Promise<readonly Vitals[]>;
  readonly budgets: () => Promise<readonly BudgetStatus[]>;
  /** Where requests are served by processes of their own. */
  readonly workers: (() => { readonly wanted: number; readonly running: number }) | undefined;
  /** Of a database that several gateways share, and how far its log is behind this gateway's. */
  readonly storage: () => StorageFacts | undefined;
  /** By signal; absent where no collector is told anything. */
  readonly telemetry?: (() => Readonly<Record<string, TelemetryFacts>>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Scopes that count each session or run apart have as many budgets as there are of those. */
export const MAX_BUDGETS = 500;

const collectRunning = (
  { active }: StateSources['recorder'],
  { inFlight }: Instruments,
  labeller: Labeller,
): void => {
  inFlight.reset();
  for (const { record } of active.values()) {
    if (!record.probe) inFlight.inc({ ...labeller.running(record) });
  }
};

const collectVitals = (all: readonly Vitals[], instruments: Instruments): void => {
  const { breakers, logWaiting, logWaitingBytes, memory } = instruments;
  breakers.reset();
  for (const vitals of all) {
    for (const [provider, state] of Object.entries(vitals.breakers)) breakers.inc({ provider, state });
  }
  const sum = (read: (vitals: Vitals) => number): number =>
    all.reduce((total, vitals) => total + read(vitals), 0);
  logWaiting.set(sum(({ waiting }) => waiting.exchanges));
  logWaitingBytes.set(sum(({ waiting }) => waiting.bodyBytes));
  memory.set(sum(({ residentBytes }) => residentBytes));
};

const leftOf = ({ limit, spent, reserved }: BudgetStatus): number => Math.max(0, limit - spent - reserved);

const shareLeft = (budget: BudgetStatus): number => (budget.limit > 0 ? leftOf(budget) / budget.limit : 0);

/** Those with the least left come first: they are what somebody must know. */
const collectBudgets = (all: readonly BudgetStatus[], instruments: Instruments): void => {
  const { budgetLimit, budgetLeft, budgetsHidden } = instruments;
  budgetLimit.reset();
  budgetLeft.reset();
  const shown = [...all].sort((one, other) => shareLeft(one) - shareLeft(other)).slice(0, MAX_BUDGETS);
  for (const budget of shown) {
    const { scope, child = '', period, unit } = budget;
    budgetLimit.set({ scope, child, period, unit }, budget.limit);
    budgetLeft.set({ scope, child, period, unit }, leftOf(budget));
  }
  budgetsHidden.set(all.length - shown.length);
};

const collectStorage = (storage: StorageFacts | undefined, instruments: Instruments): void => {
  if (!storage) return;
  instruments.database.set({ database: 'postgresql' }, storage.postgresql === 'ok' ? 1 : 0);
  instruments.shippingLag.set((storage.log?.behindMs ?? 0) / 1000);
  instruments.shippingWaiting.set(storage.log?.behind ?? 0);
};

const collectTelemetry = (
  telemetry: Readonly<Record<string, TelemetryFacts>>,
  { telemetryDropped, telemetryWaiting }: Instruments,
): void => {
  // Somebody else counts: what they have counted is told as it is.
  telemetryDropped.reset();
  telemetryWaiting.reset();
  for (const [signal, { waiting, dropped }] of Object.entries(telemetry)) {
    telemetryWaiting.set({ signal }, waiting);
    for (const [reason, count] of Object.entries(dropped)) telemetryDropped.inc({ signal, reason }, count);
  }
};

/** A counter of somebody else's, which never falls: it is raised to what it has counted. */
const createRaise = () => {
  const counted = new Map<string, number>();
  return ({ lost }: Instruments, what: string, total: number): void => {
    const before = counted.get(what) ?? 0;
    if (total <= before) return;
    counted.set(what, total);
    lost.inc({ what }, total - before);
  };
};

/** Reads the state of a gateway into the instruments, each time that they are asked for. */
export const createCollector = (sources: StateSources, instruments: Instruments, labeller: Labeller) => {
  const { recorder, vitals, budgets, workers, storage, telemetry, now } = sources;
  const raise = createRaise();
  for (const what of ['lines', 'bodies']) instruments.lost.inc({ what }, 0);
  return async (): Promise<void> => {
    const [all, budgetStates] = await Promise.all([vitals(), budgets()]);
    collectRunning(recorder, instruments, labeller);
    collectVitals(all, instruments);
    collectBudgets(budgetStates, instruments);
    collectStorage(storage(), instruments);
    if (telemetry) collectTelemetry(telemetry(), instruments);
    const { trouble, losses } = recorder;
    instruments.logLag.set(trouble ? Math.max(0, (now() - Date.parse(trouble.since)) / 1000) : 0);
    raise(instruments, 'lines', losses.lines);
    raise(instruments, 'bodies', losses.bodies);
    const { wanted, running } = workers?.() ?? { wanted: 1, running: 1 };
    instruments.processes.set({ state: 'running' }, running);
    instruments.processes.set({ state: 'missing' }, Math.max(0, wanted - running));
  };
};
