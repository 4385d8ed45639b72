import { GatewayError } from '../../base/errors.ts';
import { formatPath } from './format-toml.ts';
import { insertAtRoot } from './insert-at-root.ts';
import { appendBlock, insertLineAfter } from './insert-line.ts';
import {
  isDefined,
  isSamePath,
  startsWithPath,
  type TomlDocument,
  type TomlPath,
  type TomlSetting,
} from './read-toml.ts';
import { findLineBreak, type TextSplice } from './splice-text.ts';

/** What one edit of a document does to its text, and the path that holds what it wrote. */
export interface TomlEdit {
  readonly splice: TextSplice;
  /** Shorter than the path asked for where the tables on the way had to be written too. */
  readonly path: readonly string[];
}

type StringPath = readonly string[];

/**
 * Writes one value at the place and in the style that the document has for it: over the old value,
 * or as a new line of its table, a new dotted line beside its like, or a new entry between braces.
 * @param raw the value as TOML
 * @throws GatewayError command_failed where the path leads through something that is no table
 */
export const setTomlValue = (document: TomlDocument, path: StringPath, raw: string): TomlEdit => {
  const present = document.settings.find((setting) => isSamePath(setting.path, path));
  if (present) {
    const [start, end] = present.node.value.range;
    return { splice: { at: start, removed: document.text.slice(start, end), inserted: raw }, path };
  }
  if (isDefined(document, path)) throw cannotEdit(document, path, 'it is a table there');
  for (let depth = path.length - 1; depth > 0; depth--) {
    const splice = insertBelow(document, path.slice(0, depth), path.slice(depth), raw);
    if (splice) return { splice, path: path.slice(0, depth + 1) };
  }
  return { splice: insertAtRoot(document, nest(path, raw)), path: path.slice(0, 1) };
};

/** Writes a new `[table]` at the end of the document. */
export const appendTomlTable = (
  document: TomlDocument,
  path: StringPath,
  lines: readonly string[],
): TomlEdit => {
  const { text } = document;
  const lineBreak = findLineBreak(text);
  const block = [`[${formatPath(path)}]`, ...lines].join(lineBreak);
  return { splice: appendBlock(text, block), path };
};

const insertBelow = (
  document: TomlDocument,
  prefix: StringPath,
  rest: StringPath,
  raw: string,
): TextSplice | undefined => {
  const owner = document.settings.find((setting) => isSamePath(setting.path, prefix));
  if (owner) return insertIntoBraces(document, owner, nest(rest, raw));

  const table = document.tables.find((candidate) => isSamePath(candidate.path, prefix));
  if (table) {
    const last = table.node.body.at(-1);
    return insertLineAfter(
      document.text,
      (last ?? table.node.key).range,
      nest(rest, raw),
      last !== undefined,
    );
  }

  const sibling = document.settings
    .filter(({ path, holderPath }) => startsWithPath(path, prefix) && holderPath.length < prefix.length)
    .at(-1);
  if (sibling) {
    const dotted = `${formatPath(prefix.slice(sibling.holderPath.length))}.${nest(rest, raw)}`;
    if (sibling.holder.type === 'TOMLInlineTable') return insertAfterEntry(sibling, dotted);
    return insertLineAfter(document.text, sibling.node.range, dotted, true);
  }
  if (isDefined(document, prefix)) throw cannotEdit(document, prefix, 'it is not written as one table');
  return undefined;
};

/** `a.b.c = raw` from inside out: one key, the tables below it in braces. */
const nest = (path: StringPath, raw: string): string => {
  const [key, ...deeper] = path;
  if (key === undefined) return raw;
  return `${formatPath([key])} = ${deeper.length === 0 ? raw : `{ ${nest(deeper, raw)} }`}`;
};

const insertIntoBraces = (document: TomlDocument, owner: TomlSetting, entry: string): TextSplice => {
  const { value } = owner.node;
  if (value.type !== 'TOMLInlineTable') throw cannotEdit(document, owner.path, 'it is no table there');
  const last = document.settings.filter((setting) => setting.holder === value).at(-1);
  if (last) return insertAfterEntry(last, entry);
  const [open, close] = value.range;
  const padding = close - open === 2 ? ' ' : '';
  return { at: open + 1, removed: '', inserted: ` ${entry}${padding}` };
};

const insertAfterEntry = (last: TomlSetting, entry: string): TextSplice => ({
  at: last.node.range[1],
  removed: '',
  inserted: `, ${entry}`,
});

const cannotEdit = (document: TomlDocument, path: TomlPath, why: string): GatewayError => {
  const offset = document.settings.find((setting) => startsWithPath(setting.path, path))?.node.range[0];
  const line = offset === undefined ? '' : ` (line ${document.text.slice(0, offset).split('\n').length})`;
  return new GatewayError(
    'command_failed',
    `${formatPath(path)}${line} cannot be edited safely: ${why}. ` +
      'Change it by hand, or choose another id with --provider-id. Nothing was written.',
  );
};
