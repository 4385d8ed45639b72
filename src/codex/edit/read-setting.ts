import { formatPath, formatValue } from '../toml/format-toml.ts';
import { isDefined, startsWithPath, type TomlDocument, type TomlPath } from '../toml/read-toml.ts';

/** What stands at a path: dotted keys below it (`''` for a plain value) → their values as TOML. */
export type SettingValues = Readonly<Record<string, string>>;

/**
 * Reads what a document says at a path, however it is spelled there: two documents that mean the
 * same give the same values.
 * @returns undefined if nothing is written at or below the path
 */
export const readSetting = (document: TomlDocument, path: TomlPath): SettingValues | undefined => {
  if (!isDefined(document, path)) return undefined;
  const values = new Map<string, string>();
  for (const setting of document.settings) {
    const { value } = setting.node;
    if (!startsWithPath(setting.path, path) || value.type === 'TOMLInlineTable') continue;
    const isText = value.type === 'TOMLValue' && value.kind === 'string';
    const raw = isText ? formatValue(value.value) : document.text.slice(...value.range);
    values.set(formatPath(setting.path.slice(path.length)), raw);
  }
  return Object.fromEntries(values);
};

export const isSameSetting = (one: SettingValues | undefined, other: SettingValues | undefined): boolean => {
  if (!one || !other) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
};
