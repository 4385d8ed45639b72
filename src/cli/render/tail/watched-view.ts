import type { LossNotice } from '../../../admin/cost/loss-notices.ts';
import { type ExchangeRecord, isFailure } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { displayWidth } from '../fit-width.ts';
import { type DaySums, dayFactsOf } from './day-sums.ts';
import { failureLines } from './failure-lines.ts';
import { lossLine } from './loss-line.ts';
import { type FoldedTries, foldTry, triesText } from './retry-fold.ts';
import { footerLine } from './tail-footer.ts';
import { tailLine } from './tail-line.ts';

/** What a tail that somebody watches knows besides the records. */
export interface TailInsight {
  readonly costOf: (record: ExchangeRecord) => number | undefined;
  /** What its session has lost from the provider's cache, where that is worth a word; once for each exchange. */
  readonly lossOf: (record: ExchangeRecord) => LossNotice | undefined;
  /** What the model said or called last, in a few words; soon, or undefined. Never rejects. */
  readonly findWords: (record: ExchangeRecord) => Promise<string | undefined>;
  readonly sums: {
    readonly add: (facts: ReturnType<typeof dayFactsOf>) => void;
    readonly read: () => Readonly<DaySums>;
  };
  /** True where keys are read. */
  readonly hasKeys: boolean;
}

export interface WatchedView {
  /** The lines above the bottom that an ended exchange adds: none while it may be one of several tries. */
  take(record: ExchangeRecord, words: string | undefined, width: number): string[];
  /** The tries that are still being counted, as finished lines. */
  settle(width: number): string[];
  /** Takes an ended exchange into the sums. */
  count(record: ExchangeRecord): void;
  running(record: ExchangeRecord, runningForMs: number, width: number): string;
  /** Lines that are drawn anew each time, above those that run. */
  pending(width: number): string[];
  /**
   * @param waiting how many lines are held back; undefined where none are to be
   * @param isLast true for the sums alone, when the gateway stops
   */
  footer(waiting: number | undefined, width: number, isLast?: boolean): string;
  /** @returns whether only failures are shown from now on */
  toggleErrorsOnly(): boolean;
  /** The newest exchange that was shown. */
  readonly newest: ExchangeRecord | undefined;
}

const MAX_MODEL_WIDTH = 28;

/** What a person sees who looks on: cost, last words, remedies, tries in one line, and the sums of the day. */
export const createWatchedView = (insight: TailInsight, colour: ChalkInstance): WatchedView => {
  let tries: FoldedTries | undefined;
  let modelLength = 0;
  let errorsOnly = false;
  let newest: ExchangeRecord | undefined;
  const lost = new WeakMap<ExchangeRecord, LossNotice>();

  const note = ({ model = '' }: ExchangeRecord): void => {
    const width = displayWidth(model.slice(0, MAX_MODEL_WIDTH));
    modelLength = Math.min(MAX_MODEL_WIDTH, Math.max(modelLength, width));
  };
  const linesOf = (
    record: ExchangeRecord,
    width: number,
    more: { readonly words?: string | undefined; readonly tries?: string | undefined } = {},
  ): string[] => {
    const watched = { modelLength, costUsd: insight.costOf(record), ...more };
    const line = tailLine(record, { width, colour, watched });
    const loss = lost.get(record);
    return [
      line,
      ...failureLines(record, line, width, colour),
      ...(loss ? [lossLine(loss, record, width, colour)] : []),
    ];
  };
  const triesLines = (width: number): string[] =>
    tries === undefined ? [] : linesOf(tries.record, width, { tries: triesText(tries) });
  const settle = (width: number): string[] => {
    const lines = triesLines(width);
    tries = undefined;
    return lines;
  };
  return {
    take: (record, words, width) => {
      if (errorsOnly && !isFailure(record)) return [];
      note(record);
      newest = record;
      const folded = foldTry(tries, record);
      if (folded && folded.count > 1) {
        tries = folded;
        return [];
      }
      const before = settle(width);
      tries = folded;
      return folded ? before : [...before, ...linesOf(record, width, { words })];
    },
    settle,
    count: (record) => {
      if (record.probe) return;
      insight.sums.add(dayFactsOf(record, insight.costOf(record)));
      const loss = insight.lossOf(record);
      if (loss) lost.set(record, loss);
    },
    running: (record, runningForMs, width) => {
      note(record);
      return tailLine(record, { width, colour, runningForMs, watched: { modelLength } });
    },
    pending: triesLines,
    footer: (waiting, width, isLast = false) => {
      const sums = insight.sums.read();
      const facts = isLast
        ? { sums, waiting: undefined, errorsOnly: false, hasKeys: false }
        : { sums, waiting, errorsOnly, hasKeys: insight.hasKeys };
      return footerLine(facts, width, colour);
    },
    toggleErrorsOnly: () => {
      errorsOnly = !errorsOnly;
      return errorsOnly;
    },
    get newest() {
      return newest;
    },
  };
};
