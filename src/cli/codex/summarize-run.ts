import { RUN_HEADER } from '../../codex/run/launch-settings.ts';
import { type ExchangeRecord, isFailure, type LogReader } from '../../log/port.ts';
import { openLog } from '../../server/open-log.ts';

export interface RunSummary {
  readonly turns: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly slowestMs: number;
  readonly sessionId: string | undefined;
}

/** A run that is longer is summed up from its newest ones. */
const MAX_TURNS = 10_000;

const isTurn = ({ method, path, transport }: ExchangeRecord): boolean =>
  transport === 'websocket' || (method === 'POST' && /\/responses\/?(?:\?|$)/.test(path));

const isOfRun = async (log: LogReader, id: string, runId: string): Promise<boolean> => {
  const detail = await log.get(id);
  const name = RUN_HEADER.toLowerCase();
  return detail?.requestHeaders.some((line) => line[0].toLowerCase() === name && line[1] === runId) ?? false;
};

/** What one run of Codex cost, from the log: the exchanges that carry its mark. */
export const summarizeRun = async (
  dataDir: string,
  runId: string,
  startedAtMs: number,
): Promise<RunSummary> => {
  const turns: ExchangeRecord[] = [];
  const log = openLog(dataDir);
  const span = { fromMs: startedAtMs, toMs: Number.POSITIVE_INFINITY };
  for await (const records of log.list({ span }, { newest: MAX_TURNS })) {
    for (const record of records) {
      if (isTurn(record) && (await isOfRun(log, record.id, runId))) turns.push(record);
    }
  }
  const sum = (read: (record: ExchangeRecord) => number | undefined): number =>
    turns.reduce((total, record) => total + (read(record) ?? 0), 0);
  return {
    turns: turns.length,
    failed: turns.filter(isFailure).length,
    inputTokens: sum(({ usage }) => usage?.inputTokens),
    cachedTokens: sum(({ usage }) => usage?.cachedInputTokens),
    outputTokens: sum(({ usage }) => usage?.outputTokens),
    slowestMs: Math.max(0, ...turns.map(({ durationMs }) => durationMs ?? 0)),
    sessionId: turns.find(({ client }) => client.sessionId !== undefined)?.client.sessionId,
  };
};
