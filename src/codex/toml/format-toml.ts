import type { TomlPath } from './read-toml.ts';

/** What this program writes into a configuration: no more of TOML than it needs. */
export type TomlScalar = string | boolean;
export type TomlValue = TomlScalar | number | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

const isList = (value: TomlValue): value is readonly TomlValue[] => Array.isArray(value);

/** Bare where the key is one of Codex's own kind; what looks like a header's name goes in quotes. */
const formatKey = (key: string | number): string =>
  /^([a-z0-9_-]+|[A-Za-z0-9_]+)$/.test(String(key)) ? String(key) : formatString(String(key));

/** A dotted key: `model_providers.gomodel`, `http_headers."X-Key"`. */
export const formatPath = (path: TomlPath): string => path.map(formatKey).join('.');

// JSON's escapes are a subset of TOML's basic strings, but TOML also forbids a bare DEL.
const formatString = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007F');

/** The value on one line, a table in braces; a number must be a whole one. */
export const formatValue = (value: TomlValue): string => {
  if (typeof value === 'string') return formatString(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (isList(value)) return `[${value.map(formatValue).join(', ')}]`;
  return `{ ${formatEntries(value).join(', ')} }`;
};

/** One `key = value` for each entry of a table. */
export const formatEntries = (entries: Readonly<Record<string, TomlValue>>): string[] =>
  Object.entries(entries).map(([key, value]) => `${formatKey(key)} = ${formatValue(value)}`);
