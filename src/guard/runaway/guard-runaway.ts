import type { Exchange } from '../../log/exchange.ts';
import type { ExchangeRecord, Warning } from '../../log/record.ts';
import type { Repetition } from './find-repetition.ts';
import {
  runawayError,
  STOP_GROWTH,
  STOP_REPEATS,
  WARN_GROWTH,
  WARN_REPEATS,
  warnOfGrowth,
  warnOfRepetition,
} from './runaway-warnings.ts';
import { createGrowthWatch } from './watch-growth.ts';

/** Looks at each request for an agent that goes round in circles. */
export interface RunawayGuard {
  /** Of what has ended. */
  note(record: ExchangeRecord): void;
  /**
   * Warns in the record.
   * @param isStopped whether a budget says so
   * @throws GatewayError runaway_stopped
   */
  watch(
    exchange: Pick<Exchange, 'record' | 'closed' | 'update'>,
    findRepetition: () => Repetition | undefined,
    isStopped: boolean,
  ): void;
}

export const addWarning = (record: ExchangeRecord, warning: Warning): void => {
  record.warnings = [...(record.warnings ?? []), warning];
};

export const createRunawayGuard = (): RunawayGuard => {
  const growth = createGrowthWatch();
  const checkGrowth = (record: ExchangeRecord, isStopped: boolean): void => {
    const grown = growth.of(record);
    if (!grown || grown.count < WARN_GROWTH) return;
    const warning = warnOfGrowth(grown);
    addWarning(record, warning);
    if (!isStopped || grown.count < STOP_GROWTH) return;
    // Once: what the user says next is let in.
    growth.forget(record);
    throw runawayError(warning);
  };
  const checkRepetition = (
    record: ExchangeRecord,
    repetition: Repetition | undefined,
    isStopped: boolean,
  ): void => {
    if (!repetition || repetition.count < WARN_REPEATS) return;
    const warning = warnOfRepetition(repetition);
    addWarning(record, warning);
    if (isStopped && repetition.count >= STOP_REPEATS) throw runawayError(warning);
  };
  return {
    note: growth.note,
    watch: (exchange, findRepetition, isStopped) => {
      const { record } = exchange;
      checkGrowth(record, isStopped);
      if (isStopped) {
        checkRepetition(record, findRepetition(), true);
        return;
      }
      // Nothing waits for a warning: it is looked for when the request has left.
      setImmediate(() => {
        if (exchange.closed) return;
        const before = record.warnings;
        checkRepetition(record, findRepetition(), false);
        if (record.warnings !== before) exchange.update();
      });
    },
  };
};
