import { expect, test } from 'vitest';
import { matchesFilter } from '../../../src/log/match-filter.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

const record: ExchangeRecord = {
  schemaVersion: 1,
  id: 'req_01JAAAAAAAAAAAAAAAAAAAAAAA',
  startedAt: '2026-11-22T14:02:11.000Z',
  durationMs: 8400,
  method: 'POST',
  path: '/v1/responses',
  status: 200,
  transport: 'http',
  stream: true,
  model: 'gpt-5.5',
  client: { name: 'codex_exec', version: '0.169.0', sessionId: '0199aaaa-bbbb', threadId: '0199cccc-dddd' },
  request: { encoding: 'zstd' },
  response: { finish: 'completed', toolCalls: ['exec_command'] },
};
const refused: ExchangeRecord = {
  ...record,
  status: 400,
  response: {},
  error: { origin: 'client', code: 'invalid_content_encoding', message: 'zstd body ends early' },
};

test('a star in a model stands for anything, and a dot only for itself', () => {
  expect(matchesFilter(record, { model: 'gpt-*' })).toBe(true);
  expect(matchesFilter({ ...record, model: 'gpt-5x5' }, { model: 'gpt-5.5*' })).toBe(false);
  expect(matchesFilter({ ...record, model: '' }, { model: 'gpt-*' })).toBe(false);
});

test('a tool is one that the answer calls, or that a script within such a call does', () => {
  const scripted: ExchangeRecord = {
    ...record,
    response: { finish: 'completed', toolCalls: ['exec'], scriptCalls: ['apply_patch', 'mcp__docs__search'] },
  };
  for (const tool of ['exec', 'apply_patch', 'mcp__docs__*'])
    expect(matchesFilter(scripted, { tool }), tool).toBe(true);
  expect(matchesFilter(scripted, { tool: 'exec_command' })).toBe(false);
  expect(matchesFilter(scripted, { search: 'docs__search' })).toBe(true);
});

test('a status class, a status and a running exchange are told apart', () => {
  const { durationMs: _, ...running } = record;
  expect(matchesFilter(refused, { status_code: '4xx' })).toBe(true);
  expect(matchesFilter(refused, { status_code: '40' })).toBe(false);
  expect(matchesFilter(record, { status_code: 'running' })).toBe(false);
  expect(matchesFilter(running, { status_code: 'running' })).toBe(true);
});

test('an error is found by its hop, its code, or as any failure', () => {
  for (const error_type of ['client', 'invalid_content_encoding', 'any']) {
    expect(matchesFilter(refused, { error_type })).toBe(true);
    expect(matchesFilter(record, { error_type })).toBe(false);
  }
});

test('a session is found by either id or a prefix of eight, and never by less', () => {
  expect(matchesFilter(record, { session: '0199cccc' })).toBe(true);
  expect(matchesFilter(record, { session: '0199' })).toBe(false);
});

test('search looks into errors and tool names without regard to case', () => {
  expect(matchesFilter(refused, { search: 'ZSTD body' })).toBe(true);
  expect(matchesFilter(record, { search: 'Exec_' })).toBe(true);
  expect(matchesFilter(record, { search: 'apply_patch' })).toBe(false);
});
