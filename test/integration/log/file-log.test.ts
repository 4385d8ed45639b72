import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecorder } from '../../../src/log/capture/recorder.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { describeLogReader } from '../../support/log/describe-log-reader.ts';
import { writeLargeLog } from '../../support/log/write-large-log.ts';

describeLogReader('the log in files', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-file-log-'));
  const limits = { logBodies: true, retentionDays: 0, maxDiskBytes: 0, secrets: [] };
  return {
    startRecorder: (clock) => createRecorder({ dataDir, clock, ...limits }),
    openReader: () => openFileLog({ dataDir }),
    fill: async (exchanges, days) => writeLargeLog({ dataDir, exchanges, days }),
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
});
