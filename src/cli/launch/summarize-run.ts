import { billOf, type Pricing } from '../../admin/cost/create-pricing.ts';
import { sumOf } from '../../admin/cost/price-book.ts';
import { RUN_HEADER } from '../../codex/run/run-headers.ts';
import { type ExchangeDetail, type ExchangeRecord, isFailure, type LogReader } from '../../log/port.ts';
import { openLog } from '../../server/open-log.ts';
import { changedFilesOf } from './count-files.ts';

export interface RunSummary {
  readonly turns: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** What was paid by the token; undefined where no price is known, or a plan paid. */
  readonly costUsd: number | undefined;
  /** Files that the run's patches and edits name. */
  readonly files: number;
  readonly sessionId: string | undefined;
}

/** How Codex and Claude Code ask for a turn. */
const TURN = /\/(?:responses|messages)\/?(?:\?|$)/;

/** A run that is longer is summed up from its newest ones. */
const MAX_TURNS = 10_000;

const isTurn = ({ method, path, transport }: ExchangeRecord): boolean =>
  transport === 'websocket' || (method === 'POST' && TURN.test(path));

/** The exchange whole, where it carries the mark of the run. */
export const findOfRun = async (
  log: LogReader,
  id: string,
  runId: string,
): Promise<ExchangeDetail | undefined> => {
  const detail = await log.get(id);
  const name = RUN_HEADER.toLowerCase();
  const isMarked = detail?.requestHeaders.some((line) => line[0].toLowerCase() === name && line[1] === runId);
  return isMarked ? detail : undefined;
};

interface OfRun {
  readonly record: ExchangeRecord;
  readonly detail: ExchangeDetail;
}

/** The exchanges that carry the mark of a run, the newest first. @param isWanted spares the others a look */
export async function* exchangesOfRun(
  log: LogReader,
  { runId, startedAtMs }: { readonly runId: string; readonly startedAtMs: number },
  isWanted: (record: ExchangeRecord) => boolean,
): AsyncGenerator<OfRun> {
  const span = { fromMs: startedAtMs, toMs: Number.POSITIVE_INFINITY };
  for await (const records of log.list({ span }, { newest: MAX_TURNS })) {
    for (const record of records) {
      const detail = isWanted(record) ? await findOfRun(log, record.id, runId) : undefined;
      if (detail) yield { record, detail };
    }
  }
}

/** What one run of a launcher cost, from the log: the exchanges that carry its mark. */
export const summarizeRun = async (
  dataDir: string,
  runId: string,
  startedAtMs: number,
  pricing: () => Promise<Pricing>,
): Promise<RunSummary> => {
  const turns: ExchangeRecord[] = [];
  const files = new Set<string>();
  const log = openLog(dataDir);
  for await (const { record, detail } of exchangesOfRun(log, { runId, startedAtMs }, isTurn)) {
    turns.push(record);
    for (const file of await changedFilesOf(detail)) files.add(file);
  }
  const sum = (read: (record: ExchangeRecord) => number | undefined): number =>
    turns.reduce((total, record) => total + (read(record) ?? 0), 0);
  const prices = await pricing();
  const costs = turns
    .map((record) => billOf(prices, record))
    .flatMap(({ kind, cost }) => (kind === 'metered' && cost ? [sumOf(cost)] : []));
  return {
    turns: turns.length,
    failed: turns.filter(isFailure).length,
    inputTokens: sum(({ usage }) => usage?.inputTokens),
    cachedTokens: sum(({ usage }) => usage?.cachedInputTokens),
    outputTokens: sum(({ usage }) => usage?.outputTokens),
    costUsd: costs.length > 0 ? costs.reduce((total, cost) => total + cost, 0) : undefined,
    files: files.size,
    sessionId: turns.find(({ client }) => client.sessionId !== undefined)?.client.sessionId,
  };
};
