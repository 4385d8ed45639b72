import { Chalk } from 'chalk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/render/fit-width.ts';
import { renderExchangeReport } from '../../../src/cli/render/report/exchange-report.ts';
import type { LetterStyle } from '../../../src/cli/render/report/report-text.ts';
import type { ConversationItem } from '../../../src/conversation/item.ts';
import type { Conversation } from '../../../src/conversation/read-conversation.ts';
import type { ExchangeDetail } from '../../../src/log/record.ts';
import { PATCH } from '../../support/log/codex-requests.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

const STYLE: LetterStyle = { width: 80, colour: new Chalk({ level: 0 }), full: false };

const letterOf = (
  conversation: Partial<Conversation>,
  style: Partial<LetterStyle> = {},
  detail: Partial<ExchangeDetail> = {},
): string[] =>
  renderExchangeReport(
    { record: sampleRecord(), requestHeaders: [], responseHeaders: [], ...detail },
    { tools: [], items: [], newFrom: 0, output: [], ...conversation },
    { ...STYLE, ...style },
  );

const text = (content: string): ConversationItem & { kind: 'message' } => ({
  kind: 'message',
  role: 'user',
  parts: [{ kind: 'text', text: content }],
});

/** The lines of one section, from its heading to the next. */
const section = (lines: readonly string[], title: string): string[] => {
  const from = lines.findIndex((line) => line.startsWith(`─── ${title}`));
  const length = lines.slice(from + 1).findIndex((line) => line.startsWith('───'));
  return lines.slice(from + 1, from + 1 + length).filter((line) => line !== '');
};

describe('the letter of an exchange', () => {
  it('begins with five lines that say what, when, from whom, to whom and how large', () => {
    const lines = letterOf({});
    expect(lines.slice(0, 5)).toEqual([
      'req_01KAQ7ZC5XABCDEFGHJKMNPQRS   200 completed   POST /v1/responses',
      '       when  Sun, 22 November 2026 at 14:02:11   for 8.4s',
      '       from  codex_exec 0.169.0',
      '         to  gpt-5.5',
      '       body  http   zstd 45.2→15.8 KB up',
    ]);
    expect(lines[5]).toBe('');
  });

  it('says how the provider was chosen and asked, where the way was not straight', () => {
    const record = sampleRecord({
      provider: 'anthropic',
      upstreamModel: 'claude-x',
      route: 'alias',
      translation: { dialect: 'anthropic', losses: ['web_search tool', 'file in a\u001b[31m message'] },
      attempts: [
        {
          provider: 'openai',
          model: 'gpt-5.5',
          status: 503,
          durationMs: 120,
          error: { origin: 'upstream', code: 'busy', message: 'sorry' },
        },
        { provider: 'anthropic', model: 'claude-x', status: 200, durationMs: 900 },
      ],
    });
    expect(letterOf({}, {}, { record }).slice(3, 9)).toEqual([
      '         to  gpt-5.5   through anthropic',
      "        way  by an alias   as claude-x   put into Anthropic's Messages API",
      '    without  web_search tool, file in a␛[31m message',
      '      tries  openai/gpt-5.5   503   120ms   upstream: sorry',
      '             anthropic/claude-x   200   900ms',
      '       body  http   zstd 45.2→15.8 KB up',
    ]);
  });

  it('keeps each line of the header within the width, whatever ids there are', () => {
    const id = '01a20456-5877-75f0-934f-4ee06381d176';
    const record = sampleRecord({
      path: `/v1/responses/${id}/input_items?after=${id}`,
      client: { name: 'codex_exec', version: '0.169.0', sessionId: id, turnId: id },
      upstream: 'api.openai.com',
      auth: 'master_key',
      responseId: `resp_${id}${id}`,
    });
    const lines = letterOf({}, {}, { record }).slice(0, 5);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    expect(lines[2]).toBe(`       from  codex_exec 0.169.0   session ${id}`);
  });

  it('folds prompts after 6 lines and the output of tools after 20, and says how many are left', () => {
    const long = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const items: ConversationItem[] = [
      { kind: 'message', role: 'developer', parts: [{ kind: 'text', text: long }] },
      { kind: 'toolOutput', name: 'exec_command', command: 'seq 50', parts: [{ kind: 'text', text: long }] },
    ];
    const lines = section(letterOf({ items }), 'request');
    expect(lines).toHaveLength(7 + 1 + 21);
    expect(lines[6]).toBe('             … 44 more lines (--full shows all)');
    expect(lines[7]).toBe('       tool  exec_command  $ seq 50');
    expect(lines[8]).toBe('             │ line 0');
    expect(lines[28]).toBe('             │ … 30 more lines (--full shows all)');
    expect(section(letterOf({ items }, { full: true }), 'request')).toHaveLength(50 + 1 + 50);
  });

  it('puts an output below its call without saying the call again', () => {
    const items: ConversationItem[] = [
      { kind: 'toolCall', name: 'exec_command', callId: 'c', arguments: '', command: 'cd src\nls' },
      { kind: 'toolOutput', callId: 'c', name: 'exec_command', command: 'cd src\nls', parts: [] },
    ];
    expect(section(letterOf({ items }), 'request')).toEqual([
      '  assistant  exec_command  $ cd src',
      '                             ls',
      '       tool  (empty)',
    ]);
  });

  it('shows the arguments of other calls as a person would say them', () => {
    const output: ConversationItem[] = [
      { kind: 'toolCall', name: 'view_image', arguments: '{"path":"shot.png"}' },
      { kind: 'toolCall', name: 'weather', namespace: 'mcp', arguments: '{"city":"Paris","days":3}' },
    ];
    expect(section(letterOf({ output }), 'answer')).toEqual([
      '  assistant  view_image  shot.png',
      '  assistant  mcp.weather  city: Paris  days: 3',
    ]);
  });

  it('colours a patch by line, dims reasoning, and marks a tool that failed', () => {
    const colour = new Chalk({ level: 1 });
    const items: ConversationItem[] = [
      { kind: 'toolCall', name: 'apply_patch', arguments: PATCH, custom: true, patch: PATCH },
      { kind: 'reasoning', summary: ['Hm.'] },
      { kind: 'toolOutput', parts: [{ kind: 'text', text: 'exit 1' }], failed: true },
    ];
    const lines = letterOf({ items }, { colour });
    expect(lines.find((line) => line.includes('a - b'))).toContain(colour.red('-    return a - b'));
    expect(lines.find((line) => line.includes('a + b'))).toContain(colour.green('+    return a + b'));
    expect(lines.find((line) => line.includes('Hm.'))).toContain(colour.dim('Hm.'));
    expect(lines.find((line) => line.includes('exit 1'))).toContain(colour.red('tool failed'));
  });

  it('names pictures and files by what they are, not by their bytes', () => {
    const url = `data:image/png;base64,${'A'.repeat(40_000)}`;
    const items: ConversationItem[] = [
      {
        kind: 'message',
        role: 'user',
        parts: [
          { kind: 'image', url },
          { kind: 'file', name: 'a.pdf', bytes: 3000 },
        ],
      },
    ];
    expect(section(letterOf({ items }), 'request')).toEqual([
      '       user  [image/png, 29.3 KB]',
      '             [file a.pdf, 2.9 KB]',
    ]);
  });

  it('wraps at words, keeps indentation, and never loses a character', () => {
    const [first, second] = section(letterOf({ items: [text(`  ${'word '.repeat(20)}`)] }), 'request');
    expect(first).toMatch(/^ {7}user {4}word(?: word)+$/);
    expect(second).toMatch(/^ {15}word(?: word)+$/);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z模 ]{1,300}$/),
        fc.integer({ min: 40, max: 120 }),
        (content, width) => {
          const lines = section(
            letterOf({ items: [text(`x${content}x`)] }, { width, full: true }),
            'request',
          );
          const said = lines.map((line) => line.slice(13)).join('');
          expect(said.replaceAll(' ', '')).toBe(`x${content}x`.replaceAll(' ', ''));
          expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('cuts a line of megabytes short, and says by how much', () => {
    const lines = section(letterOf({ items: [text('x'.repeat(5_000_000))] }), 'request');
    expect(lines.length).toBeLessThan(80);
    expect(lines.map((line) => line.trim()).join(' ')).toMatch(/… \(4996000 more characters\)$/);
  });

  it('lets nothing of a stranger reach the terminal as anything but text', () => {
    const evil = '\x1b]0;owned\x07\x1b[2J\u202e\r\x9b31m';
    const items: ConversationItem[] = [
      {
        kind: 'message',
        role: evil,
        parts: [
          { kind: 'text', text: evil },
          { kind: 'image', url: evil },
        ],
      },
      { kind: 'toolCall', name: evil, arguments: evil, namespace: evil },
      { kind: 'toolCall', name: 'apply_patch', arguments: evil, patch: `+${evil}` },
      { kind: 'toolOutput', name: evil, arguments: evil, parts: [{ kind: 'refusal', text: evil }] },
      { kind: 'reasoning', summary: [evil] },
      { kind: 'unknown', type: evil, json: evil },
    ];
    const record = sampleRecord({
      model: evil,
      path: evil,
      client: { name: evil, version: evil, sessionId: evil, turnId: evil },
      request: { encoding: evil, wireBytes: 1 },
      upstream: evil,
      responseId: evil,
      error: { origin: 'upstream', code: evil, message: evil },
    });
    const lines = letterOf(
      { items, output: items, tools: [evil], instructions: evil, requestText: evil, unreadable: evil },
      {},
      { record, requestHeaders: [[evil, evil]], responseHeaders: [[evil, evil]] },
    );
    expect(lines.filter((line) => /[\p{Cc}\u202e]/u.test(line))).toEqual([]);
  });

  it('drops the colours of command output, which would be noise', () => {
    const lines = section(letterOf({ items: [text('\x1b[1;31mred\x1b[0m\ttab')] }), 'request');
    expect(lines).toEqual(['       user  red    tab']);
  });
});
