import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEventLog, readClientEvents } from '../../../src/log/events/open-event-log.ts';
import { clientEvent, describeEventLog } from '../../support/log/describe-event-log.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const DAY_S = 86_400;

const filesOf = (dataDir: string): string[] =>
  readdirSync(join(dataDir, 'telemetry')).map((name) => join(dataDir, 'telemetry', name));

describeEventLog('events in the data folder', async () => {
  const dataDir = createTemporaryFolder('events');
  let nowMs = Date.now();
  return {
    open: () => openEventLog({ dataDir, retentionDays: 1, now: () => nowMs }),
    age: async (days) => {
      const atS = nowMs / 1000 - days * DAY_S;
      for (const path of filesOf(dataDir)) utimesSync(path, atS, atS);
    },
    later: (ms) => {
      nowMs += ms;
    },
    remove: async () => {},
  };
});

it('is for its owner alone, and knows no damaged line', async () => {
  const dataDir = createTemporaryFolder('events');
  const log = openEventLog({ dataDir, retentionDays: 1, now: () => NOW_MS });
  log.add([clientEvent('a')]);
  await log.flush();
  const [path = ''] = filesOf(dataDir);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, '{"at":"never"}\n{torn\n[]\n', { flag: 'a' });
  log.add([clientEvent('a')]);
  expect(await log.of(['a'])).toEqual([clientEvent('a'), clientEvent('a')]);
  expect(await readClientEvents(dataDir, ['a'])).toHaveLength(2);
});
