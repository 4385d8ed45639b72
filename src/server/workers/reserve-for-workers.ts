import type { BudgetLedger } from '../../guard/budgets/ledger-port.ts';
import type { LimitCounter } from '../../guard/limits/limit-port.ts';
import type { Answers } from './link.ts';
import type { PrimaryCalls } from './protocol.ts';

type CountingCalls = Pick<
  Answers<PrimaryCalls>,
  'reserve' | 'settle' | 'release' | 'budgetStatus' | 'takeLimits' | 'finishLimits' | 'limitStatus'
>;

/** What one worker has reserved and taken. */
export interface WorkerReservations {
  readonly answers: CountingCalls;
  /** The worker has died, and what it had reserved with it. */
  free(): void;
}

export const reserveForWorker = (ledger: BudgetLedger, limits: LimitCounter): WorkerReservations => {
  const open = new Set<string>();
  const taken = new Set<string>();
  return {
    answers: {
      reserve: async ({ exchangeId, subject, estimate, own }) => {
        const reservation = await ledger.reserve(exchangeId, subject, estimate, own);
        if (reservation.kind === 'granted') open.add(exchangeId);
        return reservation;
      },
      settle: async ({ exchangeId, cost }) => {
        open.delete(exchangeId);
        ledger.settle(exchangeId, cost);
        return undefined;
      },
      release: async (exchangeId) => {
        open.delete(exchangeId);
        ledger.release(exchangeId);
        return undefined;
      },
      takeLimits: async ({ exchangeId, subject, tokens }) => {
        taken.add(exchangeId);
        return limits.take(exchangeId, subject, tokens);
      },
      finishLimits: async ({ exchangeId, tokens }) => {
        taken.delete(exchangeId);
        limits.finish(exchangeId, tokens);
        return undefined;
      },
      limitStatus: async (subject) => limits.status(subject),
      budgetStatus: async (subject) => ledger.status(subject),
    },
    free: () => {
      for (const id of open) ledger.release(id);
      for (const id of taken) limits.finish(id, 0);
      open.clear();
      taken.clear();
    },
  };
};
