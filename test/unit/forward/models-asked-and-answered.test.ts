import { expect, it } from 'vitest';
import { applySummary } from '../../../src/forward/relay/apply-summary.ts';
import { isSameModel } from '../../../src/forward/relay/is-same-model.ts';
import { matchesFilter } from '../../../src/log/match-filter.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

it.each([
  ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
  ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ['claude-sonnet-4-5-latest', 'claude-sonnet-4-5-20250929'],
  ['gemini-2.5-flash', 'gemini-2.5-flash-preview-09-2025'],
  ['gemini-2.5-flash', 'models/gemini-2.5-flash'],
  ['mistral-large-latest', 'mistral-large-2512'],
  ['llama3.2', 'llama3.2:latest'],
  ['openai/gpt-5.5:free', 'gpt-5.5'],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
  ['o3', 'o3-2025-04-16'],
])('%s may answer as %s', (sent, answered) => {
  expect(isSameModel(sent, answered)).toBe(true);
});

it.each([
  ['gpt-4o', 'gpt-4o-mini'],
  ['gpt-5.5', 'gpt-5.4'],
  ['claude-opus-5-5', 'claude-sonnet-4-5'],
  ['gemini-3-pro', 'gemini-2.5-flash'],
  ['gpt-5.1-codex-max', 'gpt-5.1-codex'],
])('%s is another model than %s', (sent, answered) => {
  expect(isSameModel(sent, answered)).toBe(false);
});

const recordOf = (members: Partial<ExchangeRecord>): ExchangeRecord => ({
  schemaVersion: 1,
  id: 'req_1',
  startedAt: '2026-11-29T12:00:00Z',
  method: 'POST',
  path: '/v1/responses',
  transport: 'http',
  client: {},
  request: {},
  response: {},
  ...members,
});

it('what was asked for, what was sent and what answered are kept apart, and all are found', () => {
  const record = recordOf({ model: 'fast', requestedModel: 'fast', sentModel: 'gpt-5.5' });
  applySummary(record, { toolCalls: [], model: 'gpt-5.4-nano' });
  expect(record).toMatchObject({
    requestedModel: 'fast',
    sentModel: 'gpt-5.5',
    model: 'gpt-5.4-nano',
    findings: ['other_model'],
  });
  for (const model of ['fast', 'gpt-5.5', 'gpt-5.4*']) expect(matchesFilter(record, { model })).toBe(true);
  expect(matchesFilter(record, { model: 'other' })).toBe(false);
});

it('a snapshot of the model is no finding, a spliced stream is one', () => {
  const record = recordOf({ requestedModel: 'gpt-4o' });
  applySummary(record, { toolCalls: [], model: 'gpt-4o-2024-07-18' });
  expect(record).not.toHaveProperty('findings');
  applySummary(record, { toolCalls: [], isSpliced: true });
  expect(record.findings).toEqual(['second_generation']);
});
