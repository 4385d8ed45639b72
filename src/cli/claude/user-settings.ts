import { join } from 'node:path';
import { isObject, type JsonObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { fieldsOf } from '../../conversation/json-fields.ts';
import { readConfigText } from '../read-config-text.ts';

/** What Claude Code's own settings files say that matters to a run through the gateway. */
export interface UserSettings {
  /** The model that their `env` chooses, whatever the environment says. */
  readonly modelVariable?: string | undefined;
  /** The model that they choose where nothing else does. */
  readonly model?: string | undefined;
  /** Whether they set header fields, which replace those of the environment. */
  readonly setHeaders: boolean;
}

const HEADERS = 'ANTHROPIC_CUSTOM_HEADERS';

const readJson = (path: string): JsonObject => {
  const file = readConfigText(path);
  const settings = file.kind === 'file' ? parseJson(file.text) : undefined;
  return isObject(settings) ? settings : {};
};

/** Whether settings have header fields of their own. */
export const hasHeaders = (settings: JsonObject): boolean =>
  nonEmptyString(fieldsOf(settings.env)[HEADERS]) !== undefined;

/**
 * Reads the files of the user and of the folder, the strongest first. Claude Code puts their `env` over its
 * environment. What cannot be read says nothing here: Claude Code itself complains of it.
 * @see https://code.claude.com/docs/en/settings
 */
export const readUserSettings = (env: NodeJS.ProcessEnv, homeDir: string, cwd: string): UserSettings => {
  const own = env.CLAUDE_CONFIG_DIR || join(homeDir, '.claude');
  const files = [
    join(cwd, '.claude/settings.local.json'),
    join(cwd, '.claude/settings.json'),
    join(own, 'settings.json'),
  ].map(readJson);
  const first = (pick: (settings: JsonObject) => unknown): string | undefined =>
    files.map((settings) => nonEmptyString(pick(settings))).find((value) => value !== undefined);
  return {
    modelVariable: first(({ env: variables }) => fieldsOf(variables).ANTHROPIC_MODEL),
    model: first(({ model }) => model),
    setHeaders: files.some(hasHeaders),
  };
};
