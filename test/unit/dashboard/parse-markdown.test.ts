import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inline, parseInline } from '../../../src/conversation/parse-inline.ts';
import { parseMarkdown } from '../../../src/conversation/parse-markdown.ts';

const textOf = (inlines: readonly Inline[]): string =>
  inlines.map((inline) => ('children' in inline ? textOf(inline.children) : inline.text)).join('');

describe('marks within a paragraph', () => {
  it('leave names with underscores and products with stars alone', () => {
    for (const text of ['read_file_at_once', '2*3*4', 'a ** b ** c', '**', '____']) {
      expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
    }
  });

  it('nest: code stays code within strong text', () => {
    expect(parseInline('**use `npm ci`**')).toEqual([
      {
        kind: 'strong',
        children: [
          { kind: 'text', text: 'use ' },
          { kind: 'code', text: 'npm ci' },
        ],
      },
    ]);
  });

  it('make no link of an address that could run something', () => {
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert`1`',
      'data:text/html,x',
      'vbscript:x',
      '//evil.example',
    ]) {
      const text = `[label](${address})`;
      expect(JSON.stringify(parseInline(text))).not.toContain('"link"');
      expect(textOf(parseInline(text))).toBe(text);
    }
  });

  it('name a picture from elsewhere instead of fetching it', () => {
    expect(parseInline('![chart](https://example.com/a.png)')).toEqual([
      { kind: 'link', address: 'https://example.com/a.png', children: [{ kind: 'text', text: 'chart' }] },
    ]);
  });

  it('end a bare address before the full stop of its sentence', () => {
    expect(parseInline('See https://example.com/a.')[1]).toMatchObject({ address: 'https://example.com/a' });
  });

  it('never throw, and lose no word of a text without marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const plain = text.replace(/[`[\]*_~!()\\]|https?:/g, '');
        expect(textOf(parseInline(plain))).toBe(plain);
        parseInline(text);
        parseMarkdown(text);
      }),
    );
  });

  it('take time in proportion to the text, whatever it repeats', () => {
    const LENGTH = 60_000;
    for (const unit of [
      '*',
      '**a',
      '[',
      '![',
      '[a](',
      '`',
      '_a_ ',
      '~~',
      '> ',
      '- ',
      '| ',
      'http://',
      '# ',
      '1. ',
    ]) {
      const text = unit.repeat(LENGTH / unit.length);
      const startedMs = performance.now();
      for (const block of parseMarkdown(text)) if ('text' in block) parseInline(block.text);
      expect(performance.now() - startedMs, unit).toBeLessThan(3000);
    }
  });
});

describe('blocks', () => {
  it('keep a fence’s lines as they are, tags and marks included', () => {
    const code = '<script>\n**not strong**\n  # no heading';
    expect(parseMarkdown(`before\n\`\`\`html\n${code}\n\`\`\`\nafter`)).toEqual([
      { kind: 'paragraph', text: 'before' },
      { kind: 'code', language: 'html', text: code },
      { kind: 'paragraph', text: 'after' },
    ]);
  });

  it('hold a fence that is not closed yet, as in an answer that is still running', () => {
    expect(parseMarkdown('```ts\nconst a = 1;')).toEqual([
      { kind: 'code', language: 'ts', text: 'const a = 1;' },
    ]);
  });

  it('nest lists by indentation, and number them from where they start', () => {
    expect(parseMarkdown('3. three\n   - inner\n4. four')).toEqual([
      {
        kind: 'list',
        start: 3,
        items: [
          [
            { kind: 'paragraph', text: 'three' },
            { kind: 'list', start: undefined, items: [[{ kind: 'paragraph', text: 'inner' }]] },
          ],
          [{ kind: 'paragraph', text: 'four' }],
        ],
      },
    ]);
  });

  it('read a table with a pipe inside a cell', () => {
    expect(parseMarkdown('| a | b |\n| --- | ---: |\n| 1 \\| 2 | x |')).toEqual([
      { kind: 'table', head: ['a', 'b'], rows: [['1 | 2', 'x']] },
    ]);
  });

  it('end in text where quotes nest without end', () => {
    expect(JSON.stringify(parseMarkdown('> '.repeat(200))).length).toBeLessThan(2000);
  });
});
