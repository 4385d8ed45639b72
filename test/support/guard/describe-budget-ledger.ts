import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Budget, Scope, Subject } from '../../../src/guard/budgets/budget.ts';
import type {
  BudgetLedger,
  BudgetStatus,
  Estimate,
  Reservation,
} from '../../../src/guard/budgets/ledger-port.ts';
import { createJumpingClock, type JumpingClock } from './jumping-clock.ts';
import { CHECKED_BUDGET, createModel, ledgerCommands } from './ledger-commands.ts';

/** A ledger of its own for each test. */
export interface LedgerHarness {
  readonly ledger: BudgetLedger;
  define(budgets: readonly Budget[]): Promise<void> | void;
  /** Ends the process without a word, and starts another one on what it has left. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NANO = 1_000_000_000;

export const userPath = (value: string, each = false): Scope => ({ kind: 'user_path', value, each });

export const budget = (limit: number, more: Partial<Budget> = {}): Budget => ({
  scope: userPath('/'),
  period: { kind: 'daily' },
  timezone: 'UTC',
  unit: 'usd',
  limit,
  enforcement: 'hard',
  stopsRunaways: false,
  source: 'file',
  ...more,
});

export const subject = (path = '/', more: Partial<Subject> = {}): Subject => ({
  userPath: path,
  keyId: undefined,
  labels: [],
  sessionId: undefined,
  runId: undefined,
  ...more,
});

/** USD, as tests say it. */
export const estimate = (inputUsd: number, outputUsd = 0): Estimate => ({
  input: { nanoUsd: inputUsd * NANO, tokens: inputUsd * 1000 },
  output: { nanoUsd: outputUsd * NANO, tokens: outputUsd * 1000 },
});

export const cost = (usd: number, listUsd = 0) => ({
  nanoUsd: usd * NANO,
  tokens: (usd + listUsd) * 1000,
  listNanoUsd: listUsd * NANO,
});

/** What every ledger does, wherever it counts. */
export const describeBudgetLedger = (
  name: string,
  start: (clock: JumpingClock) => Promise<LedgerHarness>,
): void => {
  describe(name, () => {
    let clock: JumpingClock;
    let harness: LedgerHarness;
    beforeEach(async () => {
      clock = createJumpingClock('2026-03-05T10:00:00Z');
      harness = await start(clock);
    });
    afterEach(() => harness.remove());

    let ids = 0;
    const reserve = async (
      of: Subject,
      wanted: Estimate,
      id = `req_${++ids}`,
    ): Promise<Reservation & { id: string }> => ({
      ...(await harness.ledger.reserve(id, of, wanted)),
      id,
    });
    const spend = async (of: Subject, usd: number): Promise<void> => {
      const { id } = await reserve(of, estimate(0));
      harness.ledger.settle(id, cost(usd));
    };
    const only = async (): Promise<BudgetStatus> => {
      const all = await harness.ledger.status();
      expect(all).toHaveLength(1);
      return all[0] as BudgetStatus;
    };

    it('lets everything in where no budget holds', async () => {
      await harness.define([budget(1, { scope: userPath('/team/alpha') })]);
      expect((await reserve(subject('/team/alphabet'), estimate(100))).kind).toBe('granted');
      expect((await only()).reserved).toBe(0);
    });

    it('reserves before, and has room for what has not been spent or reserved alone', async () => {
      await harness.define([budget(10)]);
      const first = await reserve(subject(), estimate(2, 4));
      expect(await only()).toMatchObject({ spent: 0, reserved: 6, limit: 10 });
      expect((await reserve(subject(), estimate(4))).kind).toBe('granted');
      expect(await reserve(subject(), estimate(0.000001))).toMatchObject({
        kind: 'refused',
        budget: { spent: 0, reserved: 10, limit: 10, resetsAt: '2026-03-06T00:00:00.000Z' },
      });
      harness.ledger.settle(first.id, cost(1));
      expect(await only()).toMatchObject({ spent: 1, reserved: 4 });
      expect((await reserve(subject(), estimate(5))).kind).toBe('granted');
    });

    it('lets a request pass its limit by its own output, and the next one not', async () => {
      await harness.define([budget(1)]);
      const first = await reserve(subject(), estimate(0.9, 5));
      expect(first.kind).toBe('granted');
      harness.ledger.settle(first.id, cost(3));
      expect((await reserve(subject(), estimate(0))).kind).toBe('refused');
    });

    it('refuses a request whose input alone is more than what is left', async () => {
      await harness.define([budget(1)]);
      expect((await reserve(subject(), estimate(1.01))).kind).toBe('refused');
      expect(await only()).toMatchObject({ spent: 0, reserved: 0 });
    });

    it('refuses everything where the limit is 0', async () => {
      await harness.define([budget(0)]);
      expect((await reserve(subject(), estimate(0))).kind).toBe('refused');
    });

    it('counts for every budget of a request at once, or for none', async () => {
      const team = budget(10, { scope: userPath('/team') });
      const key = budget(1, { scope: { kind: 'key', value: 'gom_1', each: false } });
      await harness.define([budget(20), team, key]);
      const anna = subject('/team/alpha/anna', { keyId: 'gom_1' });
      expect((await reserve(anna, estimate(1))).kind).toBe('granted');
      expect((await reserve(anna, estimate(1))).kind).toBe('refused');
      expect((await harness.ledger.status()).map(({ reserved }) => reserved)).toEqual([1, 1, 1]);
    });

    it('names the budget that stays spent for longest', async () => {
      await harness.define([budget(1), budget(1, { period: { kind: 'monthly' } })]);
      await spend(subject(), 1);
      expect(await reserve(subject(), estimate(0))).toMatchObject({
        budget: { period: 'monthly', resetsAt: '2026-04-01T00:00:00.000Z' },
      });
    });

    it('gives each child of a template a budget of its own', async () => {
      await harness.define([budget(1, { scope: userPath('/team', true) })]);
      await spend(subject('/team/alpha/anna'), 1);
      expect((await reserve(subject('/team/alpha/bob'), estimate(0))).kind).toBe('refused');
      expect((await reserve(subject('/team/beta'), estimate(0.5))).kind).toBe('granted');
      expect((await reserve(subject('/team'), estimate(5))).kind).toBe('granted');
      expect((await harness.ledger.status()).map(({ child, spent }) => [child, spent])).toEqual([
        ['alpha', 1],
        ['beta', 0],
      ]);
    });

    it.each<[string, Scope, Partial<Subject>, Partial<Subject>]>([
      ['label', { kind: 'label', value: 'ci', each: false }, { labels: ['x', 'ci'] }, { labels: ['x'] }],
      ['session', { kind: 'session', value: '', each: true }, { sessionId: 'a' }, { sessionId: 'b' }],
      ['run', { kind: 'run', value: '', each: true }, { runId: 'a' }, { runId: 'b' }],
      ['key', { kind: 'key', value: '', each: true }, { keyId: 'a' }, { keyId: 'b' }],
    ])('counts by %s', async (_name, scope, mine, others) => {
      await harness.define([budget(1, { scope, period: { kind: 'total' } })]);
      await spend(subject('/', mine), 1);
      expect(await reserve(subject('/', mine), estimate(0))).toMatchObject({ kind: 'refused' });
      expect((await reserve(subject('/', others), estimate(0))).kind).toBe('granted');
    });

    it('warns where a soft budget is spent, and refuses nothing', async () => {
      await harness.define([budget(1, { enforcement: 'soft' })]);
      expect(await reserve(subject(), estimate(0.5))).toMatchObject({ warnings: [] });
      await spend(subject(), 1);
      expect(await reserve(subject(), estimate(5))).toMatchObject({
        kind: 'granted',
        warnings: [{ enforcement: 'soft', spent: 1 }],
      });
    });

    it('says whether one of the budgets stops an agent that goes round in circles', async () => {
      const team = budget(1, { scope: userPath('/team'), enforcement: 'soft', stopsRunaways: true });
      await harness.define([budget(10), team]);
      expect(await reserve(subject('/team/alpha'), estimate(0))).toMatchObject({ stopsRunaways: true });
      expect(await reserve(subject('/other'), estimate(0))).toMatchObject({ stopsRunaways: false });
    });

    it('says how much output a ceiling leaves', async () => {
      await harness.define([budget(10, { enforcement: 'ceiling' }), budget(5_000, { unit: 'tokens' })]);
      await spend(subject(), 2);
      expect(await reserve(subject(), estimate(1, 1))).toMatchObject({ outputRoom: { nanoUsd: 7 * NANO } });
    });

    it('counts what a ChatGPT plan pays apart: as tokens, and never as money', async () => {
      await harness.define([budget(1), budget(3_000, { unit: 'tokens' })]);
      const { id } = await reserve(subject(), {
        input: { nanoUsd: 0, tokens: 100 },
        output: { nanoUsd: 0, tokens: 100 },
      });
      harness.ledger.settle(id, cost(0, 3));
      const [money, tokens] = await harness.ledger.status();
      expect(money).toMatchObject({ spent: 0, listUsd: 3, tokens: 3_000 });
      expect(tokens).toMatchObject({ spent: 3_000 });
      expect((await reserve(subject(), estimate(0))).kind).toBe('refused');
    });

    it('counts an exchange once, however often it is reserved and settled', async () => {
      await harness.define([budget(10)]);
      await reserve(subject(), estimate(4), 'req_same');
      await reserve(subject(), estimate(4), 'req_same');
      expect(await only()).toMatchObject({ reserved: 4 });
      harness.ledger.settle('req_same', cost(3));
      harness.ledger.settle('req_same', cost(3));
      harness.ledger.release('req_same');
      await reserve(subject(), estimate(4), 'req_same');
      expect(await only()).toMatchObject({ spent: 3, reserved: 0 });
    });

    it('frees what is released', async () => {
      await harness.define([budget(10)]);
      const { id } = await reserve(subject(), estimate(10));
      harness.ledger.release(id);
      expect(await only()).toMatchObject({ spent: 0, reserved: 0 });
    });

    it('frees within an hour what nobody ever settled, and counts a late end all the same', async () => {
      await harness.define([budget(10, { period: { kind: 'monthly' } })]);
      const { id } = await reserve(subject(), estimate(10));
      clock.pass(HOUR_MS);
      expect(await only()).toMatchObject({ reserved: 0 });
      const other = await reserve(subject(), estimate(1));
      harness.ledger.settle(id, cost(2));
      expect(await only()).toMatchObject({ spent: 2, reserved: 1 });
      harness.ledger.release(other.id);
    });

    it('starts anew with the window, and counts an exchange in the window that it began in', async () => {
      await harness.define([budget(10)]);
      await spend(subject(), 9);
      const { id } = await reserve(subject(), estimate(1));
      clock.pass(14 * HOUR_MS);
      harness.ledger.settle(id, cost(5));
      expect(await only()).toMatchObject({ spent: 0, reserved: 0, startedAt: '2026-03-06T00:00:00.000Z' });
    });

    it.each([HOUR_MS, DAY_MS])('keeps what was spent while the clock is wrong by %i ms', async (ms) => {
      await harness.define([budget(10)]);
      await spend(subject(), 9);
      const { id } = await reserve(subject(), estimate(1));
      clock.jump(ms);
      await reserve(subject(), estimate(1), 'req_ahead');
      clock.jump(-ms);
      expect(await only()).toMatchObject({ spent: 9 });
      harness.ledger.settle(id, cost(1));
      harness.ledger.release('req_ahead');
      expect(await only()).toMatchObject({ spent: 10, reserved: 0 });
      clock.jump(-ms);
      clock.jump(ms);
      expect(await only()).toMatchObject({ spent: 10, reserved: 0 });
    });

    it('keeps what was spent, and nothing reserved, when the process dies', async () => {
      await harness.define([budget(10), budget(3, { scope: userPath('/team', true) })]);
      await spend(subject('/team/alpha'), 1.25);
      await spend(subject('/team/alpha'), 0.5);
      await reserve(subject('/team/alpha'), estimate(1), 'req_running');
      await harness.restart();
      const [all, team] = await harness.ledger.status();
      expect(all).toMatchObject({ spent: 1.75, reserved: 0, tokens: 1_750 });
      expect(team).toMatchObject({ child: 'alpha', spent: 1.75, reserved: 0 });
      await harness.restart();
      expect((await harness.ledger.status())[0]).toMatchObject({ spent: 1.75 });
    });

    it('is never over by more than the output of what ran, and refuses nothing while there is room', async () => {
      await fc.assert(
        fc.asyncProperty(ledgerCommands, async (commands) => {
          await fc.asyncModelRun(async () => {
            await harness.remove();
            clock = createJumpingClock('2026-03-05T10:00:00Z');
            harness = await start(clock);
            await harness.define([CHECKED_BUDGET]);
            const { restart } = harness;
            const real = { ledger: () => harness.ledger, clock, restart };
            return { model: createModel(clock.now()), real };
          }, commands);
        }),
        { numRuns: 60 },
      );
    });
  });
};
