import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeCloseLine,
  encodeEndLine,
  encodeOpenLine,
  encodeSegmentLine,
} from '../../../src/log/journal/encode-journal-line.ts';
import { createSegmentBase, endOfDayMs, journalFile } from '../../../src/log/journal/segment-name.ts';
import { type LargeLogPlan, largeLog } from './large-log.ts';

export interface LargeLogOptions extends LargeLogPlan {
  readonly dataDir: string;
}

const MAX_SEGMENT_BYTES = 64 * 2 ** 20;
const WRITE_BYTES = 4 * 2 ** 20;
/** As the gateway's own, whose process is long gone. */
const WRITER = { pid: 4711, place: 'somewhere else' };

/** A log as a team would have it after a month, written without a recorder: some seconds for 100,000. */
export const writeLargeLog = ({ dataDir, exchanges, days }: LargeLogOptions): void => {
  const folder = join(dataDir, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let sequence = 0;
  let endsAtMs = 0;
  let bytes = 0;
  let file: number | undefined;
  let waiting = '';
  const write = (): void => {
    if (file !== undefined) bytes += writeSync(file, waiting);
    waiting = '';
  };
  const end = (atMs: number): void => {
    if (file === undefined) return;
    waiting += encodeEndLine(atMs);
    write();
    closeSync(file);
  };
  const begin = (atMs: number): void => {
    const base = createSegmentBase(atMs, `${WRITER.pid}-abcdef`, ++sequence);
    file = openSync(join(folder, journalFile(base)), 'wx', 0o600);
    bytes = 0;
    endsAtMs = endOfDayMs(atMs);
    waiting = encodeSegmentLine(atMs, WRITER);
  };
  for (const { atMs, opened, closed, requestHeaders, responseHeaders } of largeLog({ exchanges, days })) {
    if (atMs >= endsAtMs || bytes > MAX_SEGMENT_BYTES) {
      end(atMs);
      begin(atMs);
    }
    waiting += encodeOpenLine(atMs, opened, requestHeaders, false);
    waiting += encodeCloseLine(atMs + 1, closed, requestHeaders, responseHeaders, {});
    if (waiting.length > WRITE_BYTES) write();
  }
  end(Date.now());
};
