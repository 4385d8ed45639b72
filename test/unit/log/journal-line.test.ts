import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  encodeCloseLine,
  encodeEndLine,
  encodeOpenLine,
  encodeSegmentLine,
} from '../../../src/log/journal/encode-journal-line.ts';
import {
  parseExchangeLine,
  parseLineDetail,
  parseRecord,
  parseSegmentLine,
} from '../../../src/log/journal/parse-journal-line.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

const record: ExchangeRecord = {
  schemaVersion: 1,
  id: 'req_01M821MW4B6XJR7D19V0BSF87F',
  startedAt: '2026-11-22T16:32:51.339Z',
  method: 'POST',
  path: '/v1/responses',
  transport: 'http',
  client: { name: 'codex_exec' },
  request: {},
  response: {},
};
const headers = '[["accept","*/*"]]';
const body = { start: 3, length: 5, coding: 'zstd', cutOff: true } as const;
const block = { pack: '2026-11-22T163251Z-1-abc-0001.bodies', offset: 7, length: 99 };
const openLine = encodeOpenLine(1000, record, headers, false);
const closeLine = encodeCloseLine(2000, record, headers, '[]', {
  request: { ...body, block },
  response: body,
});

it('reads back what it writes', () => {
  const line = parseExchangeLine(closeLine.trimEnd());
  expect(line).toMatchObject({ kind: 'close', at: 2000, id: record.id, isAgain: false });
  if (!line) return;
  expect(parseRecord(line)).toEqual(record);
  expect(parseLineDetail(line)).toEqual({
    requestHeaders: [['accept', '*/*']],
    responseHeaders: [],
    bodies: { request: { ...body, block }, response: body },
  });
});

it('is JSON, one object a line, as jq wants it', () => {
  for (const line of [openLine, closeLine, encodeEndLine(1)]) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toHaveProperty('kind');
  }
});

it('reads any text in a record back, also text that looks like a line', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(openLine, ',"requestHeaders":', '"record":'),
  );
  fc.assert(
    fc.property(text, text, (message, path) => {
      const hostile: ExchangeRecord = { ...record, path, error: { origin: 'client', code: 'x', message } };
      const line = parseExchangeLine(encodeOpenLine(1, hostile, headers, true).trimEnd());
      expect(line && parseRecord(line)).toEqual(hostile);
    }),
  );
});

it('does not let a line that was torn anywhere swallow the next one', () => {
  for (let end = 0; end < closeLine.length - 1; end++) {
    const line = parseExchangeLine(closeLine.slice(0, end) + openLine.trimEnd());
    expect(line).toMatchObject({ kind: 'open', at: 1000 });
    expect(line && parseRecord(line)).toEqual(record);
  }
});

it('takes no torn line for a record', () => {
  for (let end = 0; end < openLine.length - 1; end++) {
    const line = parseExchangeLine(openLine.slice(0, end));
    const torn = line && parseRecord(line);
    // The record may have been written whole before the line was torn.
    if (torn) expect(torn).toEqual(record);
  }
});

it('skips kinds of lines that it does not know', () => {
  for (const line of [
    '',
    'null',
    '{}',
    '{"kind":"resumed","at":5}',
    '{"kind":"later","at":5,"record":{"id":"x"}}',
  ]) {
    expect(parseExchangeLine(line)).toBeUndefined();
  }
});

it('reads records of a newer schema', () => {
  const newer = { ...record, schemaVersion: 2, later: { field: 1 } };
  const line = parseExchangeLine(
    `{"kind":"close","at":5,"record":${JSON.stringify(newer)},"requestHeaders":[],"x":1}`,
  );
  expect(line && parseRecord(line)).toEqual(newer);
});

it('takes a line with a damaged record for none', () => {
  const line = parseExchangeLine(
    '{"kind":"close","at":5,"record":{"schemaVersion":1,"id":"req_1","client":{}},"requestHeaders":[]}',
  );
  expect(line && parseRecord(line)).toBeUndefined();
});

it('reads which process writes a segment', () => {
  const process = { pid: 4711, place: 'host boot pid:[1]', startTicks: 99 };
  expect(parseSegmentLine(encodeSegmentLine(5, process))).toEqual(process);
  expect(parseSegmentLine(openLine)).toBeUndefined();
});
