import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecorder } from '../../../src/log/capture/recorder.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { createRetention } from '../../../src/log/journal/retention/enforce-retention.ts';
import { describeLogReader } from '../../support/log/describe-log-reader.ts';
import { writeLargeLog } from '../../support/log/write-large-log.ts';

let dataDir = '';

const eachIndexFile = (change: (path: string) => void): void => {
  const folder = join(dataDir, 'index');
  for (const file of readdirSync(folder)) change(join(folder, file));
};
/** @param place of a byte: from the end where it is negative */
const flipByte =
  (place: number): (() => void) =>
  () =>
    eachIndexFile((path) => {
      const bytes = readFileSync(path);
      const at = place < 0 ? bytes.length + place : place;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(path, bytes);
    });
const tearAt =
  (length: (size: number) => number): (() => void) =>
  () =>
    eachIndexFile((path) => truncateSync(path, length(readFileSync(path).length)));

const start = async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gomodel-file-log-'));
  const own = dataDir;
  const limits = { logBodies: true, retentionDays: 0, maxDiskBytes: 0, secrets: [] };
  return {
    startRecorder: (clock: Parameters<typeof createRecorder>[0]['clock']) =>
      createRecorder({ dataDir: own, clock, ...limits }),
    openReader: () => openFileLog({ dataDir: own }),
    fill: async (exchanges: number, days: number) => writeLargeLog({ dataDir: own, exchanges, days }),
    remove: async () => rmSync(own, { recursive: true, force: true }),
  };
};

describeLogReader('the log in files', start, {
  damages: {
    'the length of each head was damaged': flipByte(33),
    'each head was damaged': flipByte(60),
    'each head was torn': tearAt(() => 70),
    'all columns were damaged': flipByte(-20),
    'all columns were torn': tearAt((size) => size - 1),
    'all index files were emptied': tearAt(() => 0),
    'all index files were deleted': () => eachIndexFile((path) => rmSync(path)),
  },
  forget: (days, nowMs) =>
    createRetention(join(dataDir, 'audit'), { retentionDays: days, maxDiskBytes: 0 }).tidy(() => nowMs),
});
