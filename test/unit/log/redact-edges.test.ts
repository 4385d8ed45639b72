import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createRedactor, REDACTED } from '../../../src/log/redact.ts';
import { redactRecord } from '../../../src/log/redact-record.ts';

const bareRecord = (more: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  schemaVersion: 1,
  id: 'req_1',
  startedAt: '2026-01-01T00:00:00.000Z',
  method: 'POST',
  path: '/v1/responses',
  transport: 'http',
  client: {},
  request: {},
  response: {},
  ...more,
});

describe('a path', () => {
  it('without a query is kept as it is, or loses its secrets', () => {
    const { path } = createRedactor(['house-word']);
    expect(path('/v1/models')).toBe('/v1/models');
    expect(path('/v1/house-word/x')).toBe(`/v1/${REDACTED}/x`);
    expect(path('/v1/house%2Dword/x')).toBe(`/v1/${REDACTED}/x`);
    expect(path('/v1/100%25')).toBe('/v1/100%25');
    expect(path('')).toBe('');
  });

  it('may begin with its query, and a parameter with its equals sign', () => {
    const { path } = createRedactor(['house-word']);
    expect(path('?key=abc')).toBe(`?key=${REDACTED}`);
    expect(path('?=house-word&a')).toBe(`?=${REDACTED}&a`);
    expect(path('/x?')).toBe('/x?');
    expect(path('/x?house-word')).toBe(`/x?${REDACTED}`);
    expect(path('/x?house%2Dword=1')).toBe(`/x?${REDACTED}=1`);
  });
});

it('a header goes by its name, else loses its secrets', () => {
  const { header } = createRedactor(['house-word']);
  expect(header('Authorization', 'anything')).toBe(REDACTED);
  expect(header('x-note', 'the house-word')).toBe(`the ${REDACTED}`);
  expect(header('x-note', 'nothing')).toBe('nothing');
});

it('what begins like a token and goes on with no claims is kept', () => {
  const { text } = createRedactor([]);
  expect(text('the id eyJhbGciOiJub25lIn0 and a token')).toBe('the id eyJhbGciOiJub25lIn0 and a token');
  expect(text('a token eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTV9')).toBe(`a token ${REDACTED}`);
});

describe('a record', () => {
  const { text } = createRedactor(['house-word']);

  it('has no key that somebody wrote into the field for the model', () => {
    const record = bareRecord({ model: 'house-word', requestedModel: 'house-word', sentModel: 'house-word' });
    redactRecord(record, text);
    expect(record).toMatchObject({ model: REDACTED, requestedModel: REDACTED, sentModel: REDACTED });
  });

  it('gets no member that it did not have', () => {
    const record = bareRecord();
    redactRecord(record, text);
    expect(record).toEqual(bareRecord());
    expect(Object.keys(record)).toEqual(Object.keys(bareRecord()));
    const attempts = [
      { provider: 'a', durationMs: 1 },
      { provider: 'b', durationMs: 2, model: 'house-word' },
    ];
    const tried = bareRecord({ attempts, client: { name: 'codex' } });
    redactRecord(tried, text);
    expect(tried).toEqual(
      bareRecord({
        attempts: [
          { provider: 'a', durationMs: 1 },
          { provider: 'b', durationMs: 2, model: REDACTED },
        ],
        client: { name: 'codex' },
      }),
    );
  });

  it('names 100 losses of a translation, each of them cleaned', () => {
    const losses = Array.from({ length: 101 }, (_, index) => `house-word ${index}`);
    const record = bareRecord({ translation: { dialect: 'chat', losses } });
    redactRecord(record, text);
    expect(record.translation?.losses).toEqual(
      losses.slice(0, 100).map((_, index) => `${REDACTED} ${index}`),
    );
  });
});
