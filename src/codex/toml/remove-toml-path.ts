import { startsWithPath, type TomlDocument, type TomlPath, type TomlSetting } from './read-toml.ts';
import { endOfLine, startOfLine, type TextSplice } from './splice-text.ts';

type Span = readonly [start: number, end: number];

/**
 * Takes out what is written at or below a path: whole lines, entries between braces, table headers.
 * A comment behind a line stays, as a line of its own.
 * @param spacing texts that were once inserted: where a removed span stands in one of them with
 *   nothing but white space around it, that white space goes too
 * @returns splices in the order in which they must run
 */
export const removeTomlPath = (
  document: TomlDocument,
  path: TomlPath,
  spacing: readonly string[] = [],
): TextSplice[] => {
  const { text } = document;
  const spans: Span[] = document.tables
    .filter((table) => startsWithPath(table.path, path))
    .map(({ node }) => lineSpan(document, [node.range[0], endOfHeader(text, node.key.range[1])]));

  for (const setting of document.settings) {
    const isTopmost = startsWithPath(setting.path, path) && !isBracedBelow(setting, path);
    if (!isTopmost) continue;
    const inBraces = setting.holder.type === 'TOMLInlineTable';
    spans.push(inBraces ? entrySpan(document, setting) : lineSpan(document, setting.node.range));
  }

  return joinTouching(spans)
    .map((span) => widen(text, span, spacing))
    .reverse()
    .map(([start, end]) => ({ at: start, removed: text.slice(start, end), inserted: '' }));
};

/** True if the braces around the setting go as a whole. */
const isBracedBelow = (setting: TomlSetting, path: TomlPath): boolean =>
  setting.holder.type === 'TOMLInlineTable' && startsWithPath(setting.holderPath, path);

const endOfHeader = (text: string, keyEnd: number): number => text.indexOf(']', keyEnd) + 1;

const lineSpan = ({ text, comments }: TomlDocument, [start, end]: Span): Span => {
  const lineEnd = endOfLine(text, end);
  const comment = comments.find(({ range }) => range[0] >= end && range[0] < lineEnd);
  return comment ? [start, comment.range[0]] : [startOfLine(text, start), lineEnd];
};

/** The entry and one comma: the one behind it, or before it where it is the last. */
const entrySpan = ({ text, settings }: TomlDocument, setting: TomlSetting): Span => {
  const entries = settings.filter((other) => other.holder === setting.holder);
  const index = entries.indexOf(setting);
  const next = entries[index + 1];
  const previous = entries[index - 1];
  const [start, end] = setting.node.range;
  if (next) return [start, next.node.range[0]];
  if (previous) return [previous.node.range[1], end];
  return [start, end + (/^[ \t]*,/.exec(text.slice(end))?.[0].length ?? 0)];
};

const joinTouching = (spans: readonly Span[]): Span[] => {
  const joined: Span[] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && start <= last[1]) joined[joined.length - 1] = [last[0], Math.max(end, last[1])];
    else joined.push([start, end]);
  }
  return joined;
};

const widen = (text: string, span: Span, spacing: readonly string[]): Span => {
  const removed = text.slice(...span).trimEnd();
  for (const inserted of spacing) {
    const index = inserted.indexOf(removed);
    if (index === -1 || inserted.replace(removed, () => '').trim() !== '') continue;
    const start = span[0] - index;
    if (start >= 0 && text.startsWith(inserted, start)) return [start, start + inserted.length];
  }
  return span;
};
