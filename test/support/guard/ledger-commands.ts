import fc from 'fast-check';
import { expect } from 'vitest';
import type { Budget, Subject } from '../../../src/guard/budgets/budget.ts';
import type { BudgetLedger, BudgetStatus, Cost, Estimate } from '../../../src/guard/budgets/ledger-port.ts';
import type { JumpingClock } from './jumping-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In thousandths of a USD, like all amounts here: whole numbers. */
const LIMIT = 5_000;
const NANO = 1_000_000;

export const CHECKED_BUDGET: Budget = {
  scope: { kind: 'user_path', value: '/', each: false },
  period: { kind: 'daily' },
  timezone: 'UTC',
  unit: 'usd',
  limit: LIMIT / 1_000,
  enforcement: 'hard',
  stopsRunaways: false,
  source: 'file',
};

const ANYBODY: Subject = {
  userPath: '/',
  keyId: undefined,
  labels: [],
  sessionId: undefined,
  runId: undefined,
};

interface Running {
  readonly day: number;
  readonly startedAtMs: number;
  readonly input: number;
  /** What was estimated, and what it will be. */
  readonly guess: number;
  readonly output: number;
}

/** What a ledger should hold, counted by hand. */
export interface LedgerModel {
  wallMs: number;
  passedMs: number;
  readonly spent: Map<number, number>;
  readonly running: Map<string, Running>;
  /** By day: how far what was running at the last grant can take it beyond the limit. */
  readonly mayPass: Map<number, number>;
  ids: number;
}

export interface CheckedLedger {
  readonly ledger: () => BudgetLedger;
  readonly clock: JumpingClock;
  readonly restart: () => Promise<void>;
}

export const createModel = (wallMs: number): LedgerModel => ({
  wallMs,
  passedMs: 0,
  spent: new Map(),
  running: new Map(),
  mayPass: new Map(),
  ids: 0,
});

const today = ({ wallMs }: LedgerModel): number => Math.floor(wallMs / DAY_MS);
const isFreed = ({ passedMs }: LedgerModel, { startedAtMs }: Running): boolean =>
  passedMs - startedAtMs >= HOUR_MS;
const runningOn = ({ running }: LedgerModel, day: number): readonly Running[] =>
  [...running.values()].filter((one) => one.day === day);
const reservedOn = (model: LedgerModel, day: number): number =>
  runningOn(model, day)
    .filter((one) => !isFreed(model, one))
    .reduce((sum, { input, guess }) => sum + input + guess, 0);

const amount = (thousandths: number) => ({ nanoUsd: thousandths * NANO, tokens: thousandths });
const estimateOf = ({ input, guess }: Pick<Running, 'input' | 'guess'>): Estimate => ({
  input: amount(input),
  output: amount(guess),
});
const costOf = (thousandths: number): Cost => ({ ...amount(thousandths), listNanoUsd: 0 });

/** The figure that is shown is the one that refuses, and the one that was counted by hand. */
const checkFigures = async (model: LedgerModel, { ledger }: CheckedLedger): Promise<BudgetStatus> => {
  const all = await ledger().status();
  expect(all).toHaveLength(1);
  const [shown] = all as [BudgetStatus];
  const day = today(model);
  const spent = model.spent.get(day) ?? 0;
  expect(Math.round(shown.spent * 1_000)).toBe(spent);
  expect(Math.round(shown.reserved * 1_000)).toBe(reservedOn(model, day));
  expect(spent).toBeLessThanOrEqual(LIMIT + (model.mayPass.get(day) ?? 0));
  return shown;
};

type Command = fc.AsyncCommand<LedgerModel, CheckedLedger>;

class Begin implements Command {
  private readonly wish: Pick<Running, 'input' | 'guess' | 'output'>;
  constructor(wish: Pick<Running, 'input' | 'guess' | 'output'>) {
    this.wish = wish;
  }
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, real: CheckedLedger): Promise<void> {
    const id = `req_${++model.ids}`;
    const day = today(model);
    const used = (model.spent.get(day) ?? 0) + reservedOn(model, day);
    const hasRoom = used < LIMIT && used + this.wish.input <= LIMIT;
    const verdict = await real.ledger().reserve(id, ANYBODY, estimateOf(this.wish));
    expect(verdict.kind).toBe(hasRoom ? 'granted' : 'refused');
    if (hasRoom) {
      model.running.set(id, { ...this.wish, day, startedAtMs: model.passedMs });
      const over = runningOn(model, day).map((one) => one.output + (isFreed(model, one) ? one.input : 0));
      model.mayPass.set(
        day,
        over.reduce((sum, one) => sum + one, 0),
      );
    }
    const shown = await checkFigures(model, real);
    if (verdict.kind === 'refused') expect(verdict.budget).toEqual(shown);
  }
  toString(): string {
    return `begin(${JSON.stringify(this.wish)})`;
  }
}

class End implements Command {
  private readonly place: number;
  private readonly how: 'settle' | 'release' | 'twice';
  constructor(place: number, how: 'settle' | 'release' | 'twice') {
    this.place = place;
    this.how = how;
  }
  check({ running }: Readonly<LedgerModel>): boolean {
    return running.size > 0;
  }
  async run(model: LedgerModel, real: CheckedLedger): Promise<void> {
    const entries = [...model.running];
    const [id, one] = entries[this.place % entries.length] as [string, Running];
    model.running.delete(id);
    if (this.how === 'release') real.ledger().release(id);
    else {
      const cost = one.input + one.output;
      real.ledger().settle(id, costOf(cost));
      if (this.how === 'twice') real.ledger().settle(id, costOf(cost));
      const isRemembered = model.passedMs - one.startedAtMs <= DAY_MS;
      if (isRemembered) model.spent.set(one.day, (model.spent.get(one.day) ?? 0) + cost);
    }
    await checkFigures(model, real);
  }
  toString(): string {
    return `end(${this.place}, ${this.how})`;
  }
}

/** Time that passes, and a wall clock that is set without any passing. */
class Clocks implements Command {
  private readonly passMs: number;
  private readonly jumpMs: number;
  constructor(passMs: number, jumpMs: number) {
    this.passMs = passMs;
    this.jumpMs = jumpMs;
  }
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, real: CheckedLedger): Promise<void> {
    real.clock.pass(this.passMs);
    real.clock.jump(this.jumpMs);
    model.passedMs += this.passMs;
    model.wallMs += this.passMs + this.jumpMs;
    await checkFigures(model, real);
  }
  toString(): string {
    return `clocks(${this.passMs}, ${this.jumpMs})`;
  }
}

/** `kill -9`, and a start on what is left. */
class Restart implements Command {
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, real: CheckedLedger): Promise<void> {
    await real.restart();
    model.running.clear();
    await checkFigures(model, real);
  }
  toString(): string {
    return 'kill -9';
  }
}

const thousandths = fc.integer({ min: 0, max: 1_500 });

export const ledgerCommands = fc.commands<LedgerModel, CheckedLedger, false>(
  [
    fc.record({ input: thousandths, guess: thousandths, output: thousandths }).map((wish) => new Begin(wish)),
    fc.record({ input: thousandths, guess: thousandths, output: thousandths }).map((wish) => new Begin(wish)),
    fc
      .tuple(fc.nat(20), fc.constantFrom('settle', 'settle', 'twice', 'release'))
      .map(([place, how]) => new End(place, how)),
    fc
      .constantFrom<[number, number]>(
        [60_000, 0],
        [HOUR_MS, 0],
        [0, HOUR_MS],
        [0, -HOUR_MS],
        [0, DAY_MS],
        [0, -DAY_MS],
      )
      .map(([passMs, jumpMs]) => new Clocks(passMs, jumpMs)),
    fc.constant(new Restart()),
  ],
  { maxCommands: 60 },
);
