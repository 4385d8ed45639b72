import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createId } from '../../../src/base/ids.ts';
import { encodeCloseLine, encodeOpenLine } from '../../../src/log/journal/encode-journal-line.ts';
import { auditFolder } from '../../../src/log/journal/list-segments.ts';
import { createSegmentBase, journalFile } from '../../../src/log/journal/segment-name.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { bareRecord } from '../../support/log/bare-record.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const START = Date.parse('2026-11-22T12:00:00Z');

const recordAt = (startedAtMs: number, durationMs?: number): ExchangeRecord => ({
  ...bareRecord(createId('req', startedAtMs), startedAtMs),
  ...(durationMs !== undefined && { durationMs }),
});

it('lists an exchange once whose open line overtook an earlier close line on its way to the disk', async () => {
  const dataDir = createTemporaryFolder('late-lines');
  const folder = auditFolder(dataDir);
  mkdirSync(folder, { recursive: true });
  const first = recordAt(START, 40);
  const second = recordAt(START + 50, 40);
  const close = (at: number, record: ExchangeRecord): string => encodeCloseLine(at, record, '[]', '[]', {});
  // The close line of the first is stamped, and waits for the disk while the second's open line is written.
  const lines = [
    encodeOpenLine(START, first, '[]', false),
    encodeOpenLine(START + 50, second, '[]', false),
    close(START + 45, first),
    close(START + 90, second),
  ];
  const base = createSegmentBase(START, '4711-000000', 1);
  writeFileSync(join(folder, journalFile(base)), lines.join(''));

  const listed: string[] = [];
  for await (const { id } of queryExchanges(dataDir)) listed.push(id);
  expect(listed).toEqual([second.id, first.id]);
});
