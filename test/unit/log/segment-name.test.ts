import { expect, it } from 'vitest';
import { selectSegments } from '../../../src/log/journal/list-segments.ts';
import {
  createSegmentBase,
  endOfDayMs,
  journalFile,
  packFile,
  parseSegmentName,
} from '../../../src/log/journal/segment-name.ts';

const at = Date.parse('2026-11-22T15:51:21.987Z');
const base = createSegmentBase(at, '4711-k3f9q2', 1);

it('names a segment so that names sort by time', () => {
  expect(base).toBe('2026-11-22T155121Z-4711-k3f9q2-0001');
  const later = [createSegmentBase(at + 1000, '9-a', 1), createSegmentBase(at + 86_400_000, '1-a', 1)];
  expect([...later, base].sort()).toEqual([base, ...later]);
});

it('reads what a name says', () => {
  const startedAtMs = Date.parse('2026-11-22T15:51:21Z');
  const known = { base, sequence: 1, pid: 4711, run: '4711-k3f9q2', startedAtMs, isRefused: false };
  expect(parseSegmentName(journalFile(base))).toEqual({ ...known, isErrors: false });
  expect(parseSegmentName(packFile(base))).toEqual({ ...known, isErrors: false });
  expect(parseSegmentName(journalFile(base, true))).toEqual({ ...known, isErrors: true });
  const run = '4711-k3f9q2-refused';
  const refused = { ...known, run, base: createSegmentBase(at, run, 1), isErrors: false, isRefused: true };
  expect(parseSegmentName(journalFile(refused.base))).toEqual(refused);
});

it.each([
  'x.jsonl',
  `../${base}.jsonl`,
  `a/${base}.bodies`,
  `${base}.jsonl.12.tmp`,
  '2026-99-22T155121Z-1-a-0001.jsonl',
  `${base}.jsonl\n`,
])('takes %j for none of its files', (file) => {
  expect(parseSegmentName(file)).toBeUndefined();
});

it('lists journals alone, the oldest first', () => {
  const second = createSegmentBase(at + 5000, '4711-k3f9q2', 2);
  const files = [packFile(base), journalFile(second), 'notes.txt', journalFile(base)];
  const entries = files.map((name) => ({ name, isFile: () => true }));
  expect(selectSegments(entries).map((segment) => segment.base)).toEqual([base, second]);
  expect(selectSegments([{ name: journalFile(base), isFile: () => false }])).toEqual([]);
});

it('ends a day at UTC midnight', () => {
  expect(new Date(endOfDayMs(at)).toISOString()).toBe('2026-11-23T00:00:00.000Z');
  expect(endOfDayMs(Date.parse('2026-11-23T00:00:00.000Z'))).toBe(Date.parse('2026-11-24T00:00:00.000Z'));
});
