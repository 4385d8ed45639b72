import { type ConfigSources, DOTENV } from './read-setting.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { maySet, type Source } from './sources.ts';

const sentence = (name: string, file: string, source: Source, variable: string): string => {
  const why = source === 'working_folder' ? 'a file of the working folder' : 'a file';
  return `${name} in ${file} is passed over: ${why} never sets that. Set ${variable} in your environment if it is meant.`;
};

/**
 * Drops what a source may not set, by the table of sources.
 * @returns the rest, and a sentence for each value that was dropped
 */
export const admitSources = <Sources extends ConfigSources>(
  given: Sources,
): { readonly sources: Sources; readonly refused: readonly string[] } => {
  const { dotenv, dotenvFile = DOTENV, file } = given;
  const refused: string[] = [];
  const variables = Object.entries(dotenv).filter(([name, value]) => {
    if (maySet(dotenvFile.source, name)) return true;
    if (value?.trim()) refused.push(sentence(name, dotenvFile.name, dotenvFile.source, name));
    return false;
  });
  const settings = Object.entries(file?.settings ?? {}).filter(([name, setting]) => {
    const { variable, path } = SETTINGS[name as SettingName];
    if (maySet(setting.source, variable)) return true;
    refused.push(sentence(path.join('.'), setting.origin, setting.source, variable));
    return false;
  });
  return {
    sources: {
      ...given,
      dotenv: Object.fromEntries(variables),
      ...(file && { file: { ...file, settings: Object.fromEntries(settings) } }),
    },
    refused,
  };
};
