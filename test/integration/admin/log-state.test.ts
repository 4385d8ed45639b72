import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DashboardConfigAnswer } from '../../../src/admin/api-types/gateway.ts';
import { createId } from '../../../src/base/ids.ts';
import { encodeOpenLine, encodeSegmentLine } from '../../../src/log/journal/encode-journal-line.ts';
import { createSegmentBase, journalFile } from '../../../src/log/journal/segment-name.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { bareRecord } from '../../support/log/bare-record.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

/** What a gateway leaves behind that was killed with two requests under way. */
const leaveInterrupted = (dataDir: string): void => {
  const atMs = Date.now() - 3_600_000;
  const writer = { pid: 2 ** 22 + 1, place: 'a machine that is off' };
  const open = (): string => encodeOpenLine(atMs, bareRecord(createId('req', atMs), atMs), '[]', false);
  const folder = join(dataDir, 'audit');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, journalFile(createSegmentBase(atMs, `${writer.pid}-abcdef`, 1)));
  writeFileSync(file, encodeSegmentLine(atMs, writer) + open() + open());
  utimesSync(file, atMs / 1000, atMs / 1000);
};

it('says what an earlier gateway was killed in, and that the log lacks nothing', async () => {
  const dataDir = createTemporaryFolder('log-state');
  leaveInterrupted(dataDir);
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1', { dataDir });
  expect(await recorder.recovered).toHaveLength(2);
  const config = await readAdmin<DashboardConfigAnswer>(port, 'dashboard/config');
  expect(config).toMatchObject({ lost: { lines: 0, bodies: 0 }, interrupted: 2 });
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(await ready.json()).toMatchObject({ log: { lost: { lines: 0, bodies: 0 }, interrupted: 2 } });
});
