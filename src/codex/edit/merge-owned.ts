import { formatPath } from '../toml/format-toml.ts';
import { isSamePath, startsWithPath, type TomlDocument } from '../toml/read-toml.ts';
import type { OwnedSetting } from './plan-edit.ts';
import { isSameSetting, readSetting, type SettingValues } from './read-setting.ts';

/**
 * What is owned after a further edit of the same file. A setting keeps the value that it had before
 * the first edit, unless someone else has changed it since: then theirs is the one to put back.
 * @param before the document as the further edit found it
 */
export const mergeOwned = (
  known: readonly OwnedSetting[],
  added: readonly OwnedSetting[],
  before: TomlDocument,
): OwnedSetting[] => added.reduce((owned, next) => mergeOne(owned, next, before), [...known]);

const mergeOne = (
  known: readonly OwnedSetting[],
  next: OwnedSetting,
  before: TomlDocument,
): OwnedSetting[] => {
  const index = known.findIndex(({ path }) => startsWithPath(next.path, path));
  const owner = known[index];
  if (!owner) return [...known.filter(({ path }) => !startsWithPath(path, next.path)), next];

  const isOwnBlock = !isSamePath(owner.path, next.path);
  const merged = isOwnBlock
    ? { ...owner, after: replaceBelow(owner, next) }
    : isSameSetting(owner.after, readSetting(before, owner.path))
      ? { ...withoutAfter(owner), ...(next.after && { after: next.after }) }
      : next;
  return known.with(index, merged);
};

const withoutAfter = ({ path, before }: OwnedSetting): OwnedSetting => ({
  path,
  ...(before !== undefined && { before }),
});

/** The values of a block that is owned as a whole, with one setting in it as `next` left it. */
const replaceBelow = (block: OwnedSetting, next: OwnedSetting): SettingValues => {
  const name = formatPath(next.path.slice(block.path.length));
  const kept = Object.entries(block.after ?? {}).filter(
    ([key]) => key !== name && !key.startsWith(`${name}.`),
  );
  const written = Object.entries(next.after ?? {}).map(([key, raw]) => [
    key === '' ? name : `${name}.${key}`,
    raw,
  ]);
  return Object.fromEntries([...kept, ...written]);
};
