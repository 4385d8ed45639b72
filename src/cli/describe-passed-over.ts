import { parseEnv } from 'node:util';
import type { Environment } from '../config/data-dir.ts';
import type * as DescribeFile from '../config/file/describe-file.ts';
import { isKnownProviderVariable, isProviderVariable } from '../config/providers/provider-fields.ts';
import type { FolderFile } from './read-folder-files.ts';
import { plainLine } from './render/plain-text.ts';

const MAX_NAMES = 6;
const MAX_NAME = 60;

const listNames = (names: readonly string[]): string => {
  const shown = names.slice(0, MAX_NAMES).map((name) => plainLine(name.slice(0, MAX_NAME)));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};

/** What the file would have set, were it trusted: its names alone. */
const settingsOf = (
  { kind, name }: FolderFile,
  text: string,
  env: Environment,
  { describeConfigFile, describeVariables }: typeof DescribeFile,
) => {
  if (kind === 'config') return describeConfigFile(text, name);
  return describeVariables(parseEnv(text)).settings.filter(
    (setting) =>
      !env[setting.name]?.trim() &&
      // Every second program has some variable with a key.
      (!isProviderVariable(setting.name) || isKnownProviderVariable(setting.name)),
  );
};

/** @returns undefined where nothing would have been set */
const describe = (file: FolderFile, env: Environment, library: typeof DescribeFile): string | undefined => {
  const { content, name, trust } = file;
  if (content.kind === 'unusable') return `${name} (which ${content.problem})`;
  const changed = trust === 'changed' ? 'changed since you trusted it: ' : '';
  try {
    const settings = settingsOf(file, content.text, env, library);
    const would = settings.filter(({ counts }) => counts).map((setting) => setting.name);
    const never = settings.filter(({ counts }) => !counts).map((setting) => setting.name);
    if (settings.length === 0) return undefined;
    const parts = [
      ...(would.length > 0 ? [`would set ${listNames(would)}`] : []),
      ...(never.length > 0 ? [`may never set ${listNames(never)}`] : []),
    ];
    return `${name} (${changed}${parts.join('; ')})`;
  } catch {
    return `${name} (${changed}cannot be understood)`;
  }
};

/**
 * One sentence on all files of the working folder that do not count.
 * @param env what wins over them in any case
 * @returns undefined where none of them would have changed anything
 */
export const describePassedOver = async (
  files: readonly FolderFile[],
  env: Environment,
): Promise<string | undefined> => {
  const passedOver = files.filter(({ trust }) => trust !== 'trusted');
  if (passedOver.length === 0) return undefined;
  // With a reader of YAML, which most starts do without.
  const library = await import('../config/file/describe-file.ts');
  const described = passedOver
    .map((file) => describe(file, env, library))
    .filter((text) => text !== undefined);
  if (described.length === 0) return undefined;
  const verb = described.length === 1 ? 'is' : 'are';
  return `Passed over: ${described.join(' and ')} ${verb} not trusted. To use what this folder says, look at it, then run npx gomodel-ts trust.`;
};
