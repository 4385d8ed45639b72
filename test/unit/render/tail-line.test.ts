import { Chalk } from 'chalk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/render/fit-width.ts';
import { tailLine } from '../../../src/cli/render/tail/tail-line.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { sampleRecord, sampleWithout } from '../../support/render/sample-records.ts';

const plain = new Chalk({ level: 0 });
const lineAt = (width: number, record: ExchangeRecord): string => tailLine(record, { width, colour: plain });

const websocketTurn = sampleRecord({
  transport: 'websocket',
  request: { wireBytes: 22_630, bodyBytes: 22_630 },
  response: { finish: 'completed', toolCalls: [] },
  ttfbMs: 88,
  durationMs: 2123,
  usage: { inputTokens: 12_912, cachedInputTokens: 12_101, outputTokens: 112 },
});
const longSession = sampleRecord({
  model: 'gpt-6-astra',
  request: { encoding: 'zstd', wireBytes: 143_000, bodyBytes: 573_440 },
  response: { finish: 'completed', toolCalls: ['apply_patch', 'exec_command', 'exec_command', 'view_image'] },
  ttfbMs: 2400,
  durationMs: 125_000,
  usage: { inputTokens: 128_123, cachedInputTokens: 12_000, outputTokens: 12_345, reasoningTokens: 9_800 },
});
const brokenBody = sampleWithout(['model', 'usage', 'ttfbMs'], {
  status: 400,
  durationMs: 3,
  client: { name: 'codex_exec', version: '0.113.0' },
  request: { encoding: 'zstd', wireBytes: 7000 },
  response: {},
  error: {
    origin: 'client',
    code: 'invalid_content_encoding',
    message: 'zstd body ends early: 7,000 bytes hold no complete frame',
  },
});
const cutStream = sampleWithout(['usage'], {
  response: { finish: 'truncated', events: 31 },
  error: { origin: 'upstream', code: 'upstream_stream_truncated', message: 'closed after 31 events' },
});
const modelList = sampleWithout(['model', 'usage'], {
  method: 'GET',
  path: '/v1/models?client_version=0.169.0',
  request: {},
  response: {},
  ttfbMs: 90,
  durationMs: 91,
});
const chat = sampleRecord({
  path: '/v1/chat/completions',
  model: 'gpt-4o-mini-2024-07-18',
  client: { name: 'OpenAI/JS', version: '6.49.0' },
  request: { wireBytes: 800, bodyBytes: 800 },
  response: { finish: 'completed' },
  usage: { inputTokens: 9, cachedInputTokens: 0, outputTokens: 12 },
});
const sideBySide = [sampleRecord(), websocketTurn, longSession, brokenBody, cutStream, modelList, chat];

describe('the line of an exchange', () => {
  it('holds everything that is known in 100 columns', () => {
    expect(sideBySide.map((record) => lineAt(100, record))).toEqual([
      '14:02:11 200 responses gpt-5.5     codex 0.169 zstd 45→16 KB 0.6s 8.4s 12.1k▸11.0k  830 exec_comm…×2',
      '14:02:11 200 responses gpt-5.5     codex 0.169 ws    22.1 KB 88ms 2.1s 12.9k▸12.1k  112 ✓',
      '14:02:11 200 responses gpt-6-astra codex 0.169 zstd 560→140K 2.4s 2.1m  128k▸12.0k  12k apply_pa… +2',
      '14:02:11 400 responses –           client: zstd body ends early: 7,000 bytes hold no complete frame',
      '14:02:11 cut responses gpt-5.5     upstream: closed after 31 events  req_01KAQ7ZC5XABC',
      '14:02:11 200 models    –           codex 0.169 –             90ms 91ms',
      '14:02:11 200 chat      gpt-4o-min… OpenAI/JS 6 plain   800 B 0.6s 8.4s     9▸0       12 ✓',
    ]);
  });

  it('sets its columns apart and spells its sizes out in 120 columns', () => {
    expect(sideBySide.map((record) => lineAt(120, record))).toEqual([
      '14:02:11  200  responses  gpt-5.5        codex 0.169  zstd 45.2→15.8 KB  612ms   8.4s  12.1k▸11.0k   830  exec_command×2',
      '14:02:11  200  responses  gpt-5.5        codex 0.169  ws        22.1 KB   88ms   2.1s  12.9k▸12.1k   112  ✓',
      '14:02:11  200  responses  gpt-6-astra    codex 0.169  zstd   560→140 KB   2.4s  2m05s   128k▸12.0k   12k  apply_patch +2',
      '14:02:11  400  responses  –              client: zstd body ends early: 7,000 bytes hold no complete frame',
      '14:02:11  cut  responses  gpt-5.5        codex 0.169  zstd 45.2→15.8 KB  612ms   8.4s  upstream: closed after 31 events',
      '14:02:11  200  models     –              codex 0.169  –                   90ms   91ms',
      '14:02:11  200  chat       gpt-4o-mini-…  OpenAI/JS 6  plain       800 B  612ms   8.4s      9▸0        12  ✓',
    ]);
  });

  it('says its tokens in words, the method and the whole client in 200 columns', () => {
    const lines = sideBySide.map((record) => lineAt(200, record));
    expect(lines[0]).toBe(
      '14:02:11  200  POST responses         gpt-5.5             codex_exec 0.169.0  zstd 45.2→15.8 KB  612ms   8.4s  in 12.1k (11.0k cached)  out   830 (512 reasoning)   ✓ exec_command×2',
    );
    expect(lines[2]).toContain(
      'in  128k (12.0k cached)  out 12.3k (9.8k reasoning)  apply_patch exec_command×2 +1',
    );
    expect(lines[3]).toContain(
      'client: zstd body ends early: 7,000 bytes hold no complete frame  req_01KAQ7ZC5XABC',
    );
    expect(lines[6]).toContain('POST chat/completions  gpt-4o-mini-2024-…  OpenAI/JS 6.49.0 ');
  });

  it('says all of its tokens in words or none', () => {
    for (let width = 40; width <= 240; width++) {
      const line = lineAt(width, sampleRecord());
      expect([width, line.includes('cached)')]).toEqual([width, line.includes('reasoning)')]);
    }
  });

  it('gives up the client first, then the path, then sizes and tokens', () => {
    const record = sampleRecord();
    expect(lineAt(90, record)).toBe(
      '14:02:11 200 responses gpt-5.5     zstd 45→16 KB 0.6s 8.4s 12.1k▸11.0k  830 exec_command×2',
    );
    expect(lineAt(80, record)).toBe(
      '14:02:11 200 gpt-5.5     zstd 45→16 KB 0.6s 8.4s 12.1k▸11.0k  830 exec_command×2',
    );
    expect(lineAt(64, record)).toBe('14:02:11 200 gpt-5.5     0.6s 8.4s 12.1k▸11.0k  830 exec_comm…×2');
    expect(lineAt(40, record)).toBe('14:02:11 200 gpt-5.5  8.4s exec_comma…×2');
  });

  it('says in 40 columns what failed and where, instead of a model', () => {
    expect(lineAt(40, brokenBody)).toBe('14:02:11 400 client: zstd body ends ear…');
    expect(lineAt(40, cutStream)).toBe('14:02:11 cut upstream: closed after 31 …');
  });

  it('shows the route in place of a missing model where there is no column for it', () => {
    expect(lineAt(80, modelList)).toBe('14:02:11 200 GET models  –             90ms 91ms');
  });

  it('lets body and client give way to a failure that would be cut, and to no other', () => {
    for (let width = 60; width <= 200; width++) {
      const line = lineAt(width, brokenBody);
      const isWhole = line.includes('hold no complete frame');
      if (width >= 100) expect([width, isWhole]).toEqual([width, true]);
      if (line.includes('codex 0.113')) expect([width, isWhole]).toEqual([width, true]);
    }
  });

  it('tells a failure in place of the tokens, and beside them where there is room', () => {
    const failed = sampleRecord({
      response: { finish: 'failed' },
      error: { origin: 'upstream', code: 'server_error', message: 'The model is overloaded' },
    });
    expect(lineAt(120, failed)).toMatch(/8\.4s {2}upstream: The model is overloaded$/);
    expect(lineAt(260, failed)).toMatch(
      /cached\).*reasoning\).*upstream: The model is overloaded {2}req_01KAQ7ZC5XABC$/,
    );
  });

  it.each([
    [{ finish: 'aborted' }, '200', 'client left'],
    [{ finish: 'interrupted' }, 'cut', 'interrupted'],
    [{ finish: 'incomplete', toolCalls: [] }, '200', 'incomplete'],
  ] as const)('says how an answer ended: %j', (response, status, outcome) => {
    const record = sampleWithout(['usage'], { response: { ...response, toolCalls: [] } });
    expect(lineAt(120, record)).toMatch(new RegExp(`^14:02:11 {2}${status} .* ${outcome}$`));
  });

  it('shows an exchange that still runs with the time until now and its events', () => {
    const record = sampleWithout(['usage', 'durationMs'], { response: { events: 31 } });
    expect(tailLine(record, { width: 100, colour: plain, runningForMs: 3210 })).toBe(
      '14:02:11 200 responses gpt-5.5     codex 0.169 zstd 45→16 KB 0.6s 3.2s                  31 events'.replace(
        '200',
        '···',
      ),
    );
  });
});

describe('colours of the line', () => {
  const colour = new Chalk({ level: 1 });
  const painted = (record: ExchangeRecord): string => tailLine(record, { width: 120, colour });

  it('are green for a status of success and a prompt that came mostly from the cache', () => {
    expect(painted(sampleRecord())).toContain(colour.green('200'));
    expect(painted(sampleRecord())).toContain(colour.green('▸11.0k'));
  });

  it('warn of a long prompt that was hardly cached', () => {
    expect(painted(longSession)).toContain(colour.yellow('▸12.0k'));
  });

  it('mark the failing hop, not the message', () => {
    expect(painted(cutStream)).toContain(`${colour.red('upstream: ')}closed after 31 events`);
    expect(painted(brokenBody)).toContain(colour.red('client: '));
  });

  it('never change a line by a character', () => {
    for (const record of sideBySide) {
      const stripped = painted(record).replace(/\x1b\[\d+m/g, '');
      expect(stripped).toBe(lineAt(120, record));
    }
  });
});

const hostileText = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) => `${text}\x1b[2J\n模型👩‍👩‍👧\u202e`);
const hostileRecord = fc
  .record({
    model: hostileText,
    path: hostileText,
    method: hostileText,
    name: hostileText,
    version: hostileText,
    encoding: hostileText,
    tools: fc.array(hostileText, { maxLength: 4 }),
    message: hostileText,
    fails: fc.boolean(),
    count: fc.double({ min: 0, max: 1e15, noNaN: true }),
  })
  .map((drawn) =>
    sampleRecord({
      model: drawn.model,
      path: drawn.path,
      method: drawn.method,
      client: { name: drawn.name, version: drawn.version },
      request: { encoding: drawn.encoding, wireBytes: drawn.count, bodyBytes: drawn.count * 3 },
      response: { finish: 'completed', toolCalls: drawn.tools },
      ttfbMs: drawn.count,
      durationMs: drawn.count,
      usage: { inputTokens: drawn.count, cachedInputTokens: drawn.count, outputTokens: drawn.count },
      ...(drawn.fails && { error: { origin: 'upstream', code: 'x', message: drawn.message } }),
    }),
  );

describe('what a stranger sends', () => {
  it('never makes a line wider than the terminal', () => {
    fc.assert(
      fc.property(hostileRecord, fc.integer({ min: 1, max: 260 }), (record, width) => {
        expect(displayWidth(lineAt(width, record))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('never reaches the terminal as anything but text', () => {
    fc.assert(
      fc.property(hostileRecord, fc.integer({ min: 1, max: 260 }), (record, width) => {
        expect(lineAt(width, record)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('does not move the columns behind a name in wide characters', () => {
    const usual = lineAt(120, sampleRecord());
    const wide = lineAt(120, sampleRecord({ model: '模型模型模型模型模型' }));
    expect(wide).toContain('模型模型模型…  codex 0.169');
    const upTo = (line: string): number => displayWidth(line.slice(0, line.indexOf('codex')));
    expect(upTo(wide)).toBe(upTo(usual));
  });

  it('takes no time for a name of a million combining marks', () => {
    const record = sampleRecord({ model: `a${'\u0301'.repeat(1_000_000)}` });
    expect(lineAt(100, record).length).toBeLessThan(1000);
  });
});
