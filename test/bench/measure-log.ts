import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JournalIndex } from '../../src/log/files/index/index-part.ts';
import { openJournalIndex } from '../../src/log/files/index/journal-index.ts';
import { findExchanges, readFound } from '../../src/log/files/select-exchanges.ts';
import { writeLargeLog } from '../support/log/write-large-log.ts';

const EXCHANGES = 100_000;
const ALWAYS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const FILTERS = [
  {},
  { model: 'gpt-5.6*' },
  { error_type: 'any' },
  { search: 'had an error' },
  { status_code: '4xx' },
];
const idle = { flush: async () => {}, active: { size: 0, values: () => [] }, subscribe: () => () => {} };

export interface LogFigure {
  readonly what: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The longest time in which nothing else could run. */
  readonly stallMs: number;
}

const measure = async (what: string, work: () => Promise<unknown>): Promise<LogFigure> => {
  await pause(50);
  let last = performance.now();
  let stallMs = 0;
  const look = (): void => {
    stallMs = Math.max(stallMs, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  look();
  clearInterval(timer);
  return { what, wallMs, cpuMs: (user + system) / 1000, stallMs };
};

const firstPage = async (index: JournalIndex, filter: object = {}): Promise<void> => {
  await index.refresh();
  const page = await findExchanges(index, { span: ALWAYS, filter }, { offset: 0, limit: 100 });
  await readFound(index, page.found);
};

/** What questions to a log of 100,000 exchanges cost: the index files made in the background, the first answer from them, and once they are read. */
export const measureLog = async (): Promise<LogFigure[]> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-large-log-'));
  try {
    writeLargeLog({ dataDir, exchanges: EXCHANGES, days: 29 });
    const open = (): JournalIndex => openJournalIndex({ dataDir, recorder: idle });
    const figures: LogFigure[] = [];
    figures.push(await measure('index files made in the background', () => open().upkeep()));
    const index = open();
    figures.push(await measure('first page, from index files', () => firstPage(index)));
    for (const filter of FILTERS) {
      figures.push(await measure(`page with ${JSON.stringify(filter)}`, () => firstPage(index, filter)));
    }
    return figures;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};
