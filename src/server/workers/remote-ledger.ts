import { GatewayError } from '../../base/errors.ts';
import type { BudgetLedger, BudgetStatus, Reservation } from '../../guard/budgets/ledger-port.ts';
import type { LimitCounter, LimitStatus, Taken } from '../../guard/limits/limit-port.ts';
import type { Link } from './link.ts';
import type { PrimaryCalls } from './protocol.ts';

/** Far beyond what an answer takes: a primary that needs so long answers nobody. */
const ANSWER_WITHIN_MS = 5_000;

const unanswered = (): GatewayError =>
  new GatewayError(
    'overloaded',
    `the process that keeps the budgets has not answered within ${ANSWER_WITHIN_MS / 1000} s. Try again in a moment.`,
    { headers: { 'retry-after': '2' } },
  );

const withDeadline = <Value>(answer: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unanswered()), ANSWER_WITHIN_MS);
  });
  return Promise.race([
    answer.catch((cause: unknown) => {
      // The primary answers nothing else itself: what it lacks a channel for has no answer.
      throw cause instanceof GatewayError && cause.code === 'counted_elsewhere' ? cause : unanswered();
    }),
    late,
  ]).finally(() => clearTimeout(timer));
};

/** Limits as a worker sees them: the primary counts for all of them. */
export const createRemoteLimits = (link: Link<PrimaryCalls>): LimitCounter => ({
  take: (exchangeId, subject, tokens) =>
    withDeadline<Taken>(link.call('takeLimits', { exchangeId, subject, tokens })),
  finish: (exchangeId, tokens) => void link.call('finishLimits', { exchangeId, tokens }).catch(() => {}),
  status: (subject) => withDeadline<readonly LimitStatus[]>(link.call('limitStatus', subject)),
});

/** The ledger as a worker sees it: the primary decides for all of them. */
export const createRemoteLedger = (link: Link<PrimaryCalls>): BudgetLedger => ({
  reserve: (exchangeId, subject, estimate, own) =>
    withDeadline<Reservation>(link.call('reserve', { exchangeId, subject, estimate, own })),
  // Without a primary this process ends, and its requests with it.
  settle: (exchangeId, cost) => void link.call('settle', { exchangeId, cost }).catch(() => {}),
  release: (exchangeId) => void link.call('release', exchangeId).catch(() => {}),
  status: (subject) => withDeadline<readonly BudgetStatus[]>(link.call('budgetStatus', subject)),
});
