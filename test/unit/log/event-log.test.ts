import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClientEvent } from '../../../src/log/events/client-event.ts';
import { openEventLog, readClientEvents } from '../../../src/log/events/open-event-log.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

const event = (conversationId: string, at = '2026-11-30T11:00:00.000Z', tool = 'exec'): ClientEvent => ({
  ...{ at, kind: 'result', client: 'codex', conversationId, tool, success: true, durationMs: 5 },
});

const setUp = (retentionDays = 30) => {
  const dataDir = createTemporaryFolder('events');
  let nowMs = NOW_MS;
  const log = openEventLog({ dataDir, retentionDays, now: () => nowMs });
  const files = () => readdirSync(join(dataDir, 'telemetry')).map((name) => join(dataDir, 'telemetry', name));
  const later = (ms: number): void => {
    nowMs += ms;
  };
  return { dataDir, log, files, later };
};

it('gives back what was added, of the conversations that are asked for, oldest first', async () => {
  const { dataDir, log } = setUp();
  const [early, late] = [event('b', '2026-11-30T10:00:00.000Z'), event('a')];
  log.add([late, event('c')]);
  log.add([early]);
  expect(await log.of(['a', 'b', 'a'])).toEqual([early, late]);
  await log.close();
  expect(await readClientEvents(dataDir, ['a'])).toEqual([late]);
});

it('is for its owner alone, and knows no damaged line', async () => {
  const { log, files } = setUp();
  log.add([event('a')]);
  await log.flush();
  const [path = ''] = files();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, '{"at":"never"}\n{torn\n[]\n', { flag: 'a' });
  log.add([event('a')]);
  expect(await log.of(['a'])).toEqual([event('a'), event('a')]);
});

it('keeps a megabyte of one conversation', async () => {
  const { log, files } = setUp();
  const many = Array.from({ length: 5_000 }, () => event('a', undefined, 'x'.repeat(200)));
  for (let count = 0; count < 4; count++) {
    log.add(many);
    await log.flush();
  }
  const [path = ''] = files();
  expect(statSync(path).size).toBeLessThanOrEqual(2 ** 20);
  expect(statSync(path).size).toBeGreaterThan(2 ** 20 - 500);
});

it('forgets what is older than the log is kept', async () => {
  const { log, files, later } = setUp(1);
  log.add([event('old'), event('new')]);
  await log.flush();
  const [old = ''] = files();
  utimesSync(old, NOW_MS / 1000 - 2 * 86_400, NOW_MS / 1000 - 2 * 86_400);
  later(3_700_000);
  log.add([event('third')]);
  await log.flush();
  expect(files()).toHaveLength(2);
  expect(files()).not.toContain(old);
});
