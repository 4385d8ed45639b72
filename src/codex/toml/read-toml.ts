import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { GatewayError } from '../../base/errors.ts';

/** Keys from the root down; a number is a place in an array of tables. */
export type TomlPath = readonly (string | number)[];

/** One `key = value`, wherever it is written. */
export interface TomlSetting {
  /** From the root of the document, whatever mix of headers, dots and braces spells it. */
  readonly path: TomlPath;
  readonly node: AST.TOMLKeyValue;
  /** What the line or the inline entry stands in. */
  readonly holder: AST.TOMLTopLevelTable | AST.TOMLTable | AST.TOMLInlineTable;
  readonly holderPath: TomlPath;
}

/** One `[header]` or `[[header]]`. */
interface TomlTable {
  readonly path: TomlPath;
  readonly node: AST.TOMLTable;
}

/** A TOML text with the position of everything in it. Positions are UTF-16 offsets into `text`. */
export interface TomlDocument {
  readonly text: string;
  readonly root: AST.TOMLTopLevelTable;
  readonly settings: readonly TomlSetting[];
  readonly tables: readonly TomlTable[];
  readonly comments: readonly AST.Comment[];
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads TOML (1.1, as Codex itself does) and keeps where everything stands.
 * @param text with its byte order mark, if it has one
 * @param name the file's name for messages
 * @throws GatewayError invalid_toml with `name:line:column`, both counted from 1
 */
export const readToml = (text: string, name: string): TomlDocument => {
  const program = parseProgram(text, name);
  const root = program.body[0];
  const settings: TomlSetting[] = [];
  const tables: TomlTable[] = [];

  const collect = (holder: TomlSetting['holder'], holderPath: TomlPath): void => {
    for (const node of holder.body) {
      if (node.type === 'TOMLTable') {
        tables.push({ path: node.resolvedKey, node });
        collect(node, node.resolvedKey);
        continue;
      }
      const path = [...holderPath, ...node.key.keys.map(keyName)];
      settings.push({ path, node, holder, holderPath });
      if (node.value.type === 'TOMLInlineTable') collect(node.value, path);
    }
  };
  collect(root, []);
  return { text, root, settings, tables, comments: program.comments };
};

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted): string =>
  key.type === 'TOMLBare' ? key.name : key.value;

const parseProgram = (text: string, name: string): AST.TOMLProgram => {
  const marked = text.startsWith(BYTE_ORDER_MARK);
  // The parser knows no byte order mark; a space in its place keeps every position.
  const parsable = marked ? ` ${text.slice(1)}` : text;
  try {
    return parseTOML(parsable);
  } catch (cause) {
    if (!(cause instanceof ParseError)) throw cause;
    const { lineNumber, column, message } = findFirstError(parsable, cause);
    throw new GatewayError(
      'invalid_toml',
      `${name}:${lineNumber}:${column + (marked && lineNumber === 1 ? 0 : 1)}: ${message}. ` +
        'Codex cannot read the file either: correct that line, then run this again. Nothing was written.',
      { cause },
    );
  }
};

/** The parser meets an unfinished line at the start of the next one: the error is in the line that stops. */
const findFirstError = (text: string, error: ParseError): ParseError => {
  const lineStart = text.lastIndexOf('\n', error.index - 1) + 1;
  if (lineStart === 0 || text.slice(lineStart, error.index).trim() !== '') return error;
  const before = text.slice(0, lineStart - 1).replace(/\r$/, '');
  try {
    parseTOML(before);
    return error;
  } catch (cause) {
    return cause instanceof ParseError ? findFirstError(before, cause) : error;
  }
};

export const startsWithPath = (path: TomlPath, prefix: TomlPath): boolean =>
  prefix.length <= path.length && prefix.every((key, depth) => key === path[depth]);

export const isSamePath = (path: TomlPath, other: TomlPath): boolean =>
  path.length === other.length && startsWithPath(path, other);

/** True if anything at or below the path is written. */
export const isDefined = (document: TomlDocument, path: TomlPath): boolean =>
  document.settings.some((setting) => startsWithPath(setting.path, path)) ||
  document.tables.some((table) => startsWithPath(table.path, path));

/** Every value of the document with its text as it is written, and every header and `{}` with none. */
export const flattenToml = (document: TomlDocument): Map<string, { path: TomlPath; raw: string }> => {
  const leaves = new Map<string, { path: TomlPath; raw: string }>();
  for (const { path } of document.tables) leaves.set(`[${JSON.stringify(path)}]`, { path, raw: '' });
  for (const { path, node } of document.settings) {
    const { value } = node;
    const isTable = value.type === 'TOMLInlineTable';
    if (isTable && value.body.length > 0) continue;
    leaves.set(JSON.stringify(path), { path, raw: isTable ? '' : document.text.slice(...value.range) });
  }
  return leaves;
};
