import { trimTrailing } from '../base/trim-text.ts';

/** A block of a Markdown text. Inline marks are read when a block is rendered (parse-inline.ts). */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly start: number | undefined;
      readonly items: ReadonlyArray<readonly Block[]>;
    }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: ReadonlyArray<readonly string[]>;
    }
  | { readonly kind: 'rule' };

const DEEPEST = 6;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(\S.*|)$/;
const RULE = /^ {0,3}(?:-\s*){3,}$|^ {0,3}(?:\*\s*){3,}$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})[.)])\s+(\S.*|)$/;
const TABLE_RULE_CELL = /^:?-+:?$/;

interface Taken {
  readonly block: Block;
  /** The line after the block. */
  readonly next: number;
}

const takeFence = (lines: readonly string[], at: number): Taken | undefined => {
  const match = FENCE.exec(lines[at] ?? '');
  const mark = match?.[1];
  if (!mark) return undefined;
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? '').trimStart().startsWith(mark)) end++;
  const text = lines.slice(at + 1, end).join('\n');
  return { block: { kind: 'code', language: match[2] ?? '', text }, next: end + 1 };
};

const takeQuote = (lines: readonly string[], at: number, depth: number): Taken | undefined => {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end++;
  if (end === at) return undefined;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { kind: 'quote', blocks: parseLines(inner, depth + 1) }, next: end };
};

const takeList = (lines: readonly string[], at: number, depth: number): Taken | undefined => {
  const first = ITEM.exec(lines[at] ?? '');
  if (!first) return undefined;
  const indent = first[1]?.length ?? 0;
  const items: string[][] = [];
  let end = at;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    const item = ITEM.exec(line);
    const itemIndent = item?.[1]?.length ?? 0;
    if (item && itemIndent <= indent + 1) {
      if ((item[2] === undefined) !== (first[2] === undefined)) break;
      items.push([item[4] ?? '']);
    } else if (line.trim() === '') {
      const following = lines[end + 1] ?? '';
      if (!/^\s{2,}\S/.test(following) && !ITEM.test(following)) break;
      items.at(-1)?.push('');
    } else if (/^\s{2,}/.test(line) || item) {
      items.at(-1)?.push(line.slice(Math.min(indent + 2, line.search(/\S/))));
    } else break;
    end++;
  }
  const start = first[3] === undefined ? undefined : Number(first[3]);
  return {
    block: { kind: 'list', start, items: items.map((inner) => parseLines(inner, depth + 1)) },
    next: end,
  };
};

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

const takeTable = (lines: readonly string[], at: number): Taken | undefined => {
  if (!lines[at]?.includes('|') || !cellsOf(lines[at + 1] ?? '').every((cell) => TABLE_RULE_CELL.test(cell)))
    return undefined;
  let end = at + 2;
  while (end < lines.length && lines[end]?.includes('|')) end++;
  const rows = lines.slice(at + 2, end).map(cellsOf);
  return { block: { kind: 'table', head: cellsOf(lines[at] ?? ''), rows }, next: end };
};

const takeParagraph = (lines: readonly string[], at: number): Taken => {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    if (line.trim() === '' || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line))
      break;
    end++;
  }
  return { block: { kind: 'paragraph', text: lines.slice(at, end).join('\n') }, next: end };
};

const takeBlock = (lines: readonly string[], at: number, depth: number): Taken => {
  const line = lines[at] ?? '';
  const heading = HEADING.exec(line);
  if (heading)
    return {
      block: {
        kind: 'heading',
        level: heading[1]?.length ?? 1,
        text: trimTrailing(trimTrailing(heading[2] ?? '', ' \t'), '#').trimEnd(),
      },
      next: at + 1,
    };
  if (RULE.test(line)) return { block: { kind: 'rule' }, next: at + 1 };
  const nested = depth < DEEPEST ? (takeQuote(lines, at, depth) ?? takeList(lines, at, depth)) : undefined;
  return takeFence(lines, at) ?? nested ?? takeTable(lines, at) ?? takeParagraph(lines, at);
};

const parseLines = (lines: readonly string[], depth: number): Block[] => {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at++;
      continue;
    }
    const { block, next } = takeBlock(lines, at, depth);
    blocks.push(block);
    at = next;
  }
  return blocks;
};

/**
 * Reads the Markdown that models write: headings, paragraphs, lists, code, quotes, tables. There is
 * no HTML in it: a tag is text like any other.
 */
export const parseMarkdown = (text: string): Block[] => parseLines(text.split(/\r\n|\r|\n/), 0);
