import { appendBlock, insertLineAfter } from './insert-line.ts';
import { isSamePath, type TomlDocument } from './read-toml.ts';
import { endOfLine, findLineBreak, startOfLine, type TextSplice } from './splice-text.ts';

/** Puts a setting above the first table: beside its like, else below the last setting there is. */
export const insertAtRoot = (document: TomlDocument, line: string): TextSplice => {
  const { text, root } = document;
  const own = document.settings.filter(({ holder }) => holder === root);
  const anchor = ['model_provider', 'model']
    .map((key) => own.find(({ path }) => isSamePath(path, [key])))
    .find((setting) => setting !== undefined);
  const last = anchor ?? own.at(-1);
  if (last) return insertLineAfter(text, last.node.range, line, true);

  const firstTable = document.tables[0];
  if (!firstTable) return appendBlock(text, line);
  const lineBreak = findLineBreak(text);
  const at = startOfAttachedComments(document, startOfLine(text, firstTable.node.range[0]));
  return { at, removed: '', inserted: `${line}${lineBreak}${lineBreak}` };
};

/** A comment that touches a table from above belongs to it, but for directives of the whole file (`#:schema`). */
const startOfAttachedComments = ({ text, comments }: TomlDocument, tableStart: number): number => {
  let start = tableStart;
  for (const { range } of comments.toReversed()) {
    const commentStart = range[0];
    if (endOfLine(text, range[1]) !== start || text.startsWith('#:', commentStart)) continue;
    if (text.slice(startOfLine(text, commentStart), commentStart).trim() === '') {
      start = startOfLine(text, commentStart);
    }
  }
  return start;
};
