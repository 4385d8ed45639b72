import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { LossNotice } from '../../../src/admin/cost/loss-notices.ts';
import { createDaySums, dayFactsOf } from '../../../src/cli/render/tail/day-sums.ts';
import { createWatchedView } from '../../../src/cli/render/tail/watched-view.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { sampleRecord, sampleWithout } from '../../support/render/sample-records.ts';

const colour = new Chalk({ level: 0 });

const viewOf = (loss?: LossNotice) =>
  createWatchedView(
    {
      costOf: () => 0.031,
      lossOf: () => loss,
      findWords: async () => undefined,
      sums: createDaySums(() => 'today'),
      hasKeys: true,
    },
    colour,
  );

const failed = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord =>
  sampleWithout(['usage'], {
    status: 529,
    response: {},
    error: { origin: 'upstream', code: 'overloaded_error', message: 'Overloaded' },
    ...changes,
  });

const at = (second: number): string => new Date(2026, 10, 22, 14, 2, second).toISOString();

it('stands a lost cache and what it cost below its line, at every width', () => {
  for (const width of [200, 100, 80, 40]) {
    const view = viewOf({ tokens: 52_100, usd: 0.31 });
    const record = sampleRecord();
    view.count(record);
    const [, line = ''] = view.take(record, undefined, width);
    expect(line.length).toBeLessThanOrEqual(width);
    expect(line).toContain('cache lost: 52.1k tokens');
    if (width >= 80) expect(line).toContain('$0.31 more than from the cache');
    if (width >= 140) expect(line).toContain(`gomodel-ts logs ${record.id.slice(0, 17)}`);
  }
  const view = viewOf({ tokens: 52_100, usd: undefined });
  const record = sampleRecord();
  view.count(record);
  expect(view.take(record, undefined, 100)[1]).not.toContain('$');
});

describe('tries of one request', () => {
  it('are one line that counts them, as long as nothing else happens', () => {
    const view = viewOf();
    for (let second = 0; second < 30; second++)
      expect(view.take(failed({ startedAt: at(second), durationMs: 1000 }), undefined, 120)).toEqual([]);
    expect(view.pending(120)[0]).toMatch(/^14:02:29 .* ×30 over 30\.0s {2}upstream: Overloaded/);
    const lines = view.take(sampleRecord(), 'Done.', 120);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('×30 over 30.0s');
    expect(lines[2]).toContain('✓ Done.'.replace('✓', 'exec_command×2'));
    expect(view.pending(120)).toEqual([]);
  });

  it.each([
    ['session', { client: { name: 'codex_exec', sessionId: 'other' } }],
    ['model', { model: 'other' }],
    ['status', { status: 503 }],
    ['path', { path: '/v1/chat/completions' }],
    ['error', { error: { origin: 'network', code: 'upstream_unreachable', message: 'refused' } }],
  ] as const)('are not those of another %s', (_name, changes) => {
    const view = viewOf();
    view.take(failed(), undefined, 120);
    expect(view.take(failed(changes as Partial<ExchangeRecord>), undefined, 120)).not.toEqual([]);
    expect(view.pending(120).join()).not.toContain('×2');
  });

  it('are not made of what went well', () => {
    const view = viewOf();
    expect(view.take(sampleRecord(), undefined, 120)).toHaveLength(1);
    expect(view.take(sampleRecord(), undefined, 120)).toHaveLength(1);
  });
});

describe('the line below a failure', () => {
  it.each([30, 40, 60, 80, 120])('is never wider than %i columns, and keeps the command whole', (width) => {
    const view = viewOf();
    const code = 'invalid_api_key';
    view.take(failed({ error: { origin: 'upstream', code, message: 'No' } }), undefined, width);
    const [, ...below] = view.settle(width);
    expect(below[0]).toMatch(/^ {9}→ The provider/);
    for (const line of below) expect(line.length).toBeLessThanOrEqual(width);
    if (width >= 60) expect(below.join('\n')).toContain('gomodel-ts logs req_01KAQ7ZC5XABC');
  });

  it('does not repeat what the line says', () => {
    const view = viewOf();
    const message = 'It was too much. Ask for less next time.';
    view.take(failed({ error: { origin: 'upstream', code: 'odd', message } }), undefined, 160);
    expect(view.settle(160)).toEqual([
      expect.stringContaining(message),
      expect.stringMatching(/^ {9}→ gomodel-ts logs /),
    ]);
  });
});

describe('the sums of the day', () => {
  it('count what the log held once, and begin anew at midnight', () => {
    let day = 'one';
    const sums = createDaySums(() => day);
    sums.add(dayFactsOf(sampleRecord({ id: 'b' }), 0.5));
    sums.addEarlier([
      dayFactsOf(sampleRecord({ id: 'a' }), 0.25),
      dayFactsOf(sampleRecord({ id: 'b' }), 0.5),
    ]);
    expect(sums.read()).toMatchObject({ requests: 2, failed: 0, costUsd: 0.75, cachedTokens: 22_004 });
    day = 'two';
    expect(sums.read()).toMatchObject({ requests: 0, costUsd: undefined });
  });

  it('leave probes out', () => {
    const view = viewOf();
    view.count(sampleRecord({ probe: true }));
    view.count(sampleRecord());
    expect(view.footer(undefined, 200)).toContain(
      'today 1 request · $0.031 · 91% cached · 0 failed   h help',
    );
  });

  it.each([10, 20, 40, 80, 200])('fit in %i columns', (width) => {
    expect(viewOf().footer(12, width).length).toBeLessThanOrEqual(width);
  });
});

describe('a grid that somebody watches', () => {
  it('gives the room that is free to the names of models', () => {
    const view = viewOf();
    const model = 'gpt-4o-mini-2024-07-18';
    for (const width of [100, 140, 200])
      expect(view.take(sampleRecord({ model }), undefined, width)[0]).toContain(model);
  });
});
