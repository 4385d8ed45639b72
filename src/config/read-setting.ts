import { GatewayError } from '../base/errors.ts';
import type { Environment } from './data-dir.ts';
import { SETTINGS, type Setting, type SettingName, type SettingValue } from './settings.ts';

/** Where a value came from, in words: `--port`, `PORT`, `PORT in .env`, `default`. */
export type Origin = string;

export interface Sourced<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

/** What a run of the command line hands to the configuration, strongest first. */
export interface ConfigSources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Environment;
  /** The variables of `.env` in the working folder. */
  readonly dotenv: Environment;
}

const parse = <Value>(setting: Setting<Value>, text: string, origin: Origin): Value => {
  const value = setting.parse(text);
  if (value !== undefined) return value;
  const shown = setting.secret ? '' : ` "${text}"`;
  throw new GatewayError('invalid_config', `${origin}${shown} is not ${setting.takes}.`);
};

/**
 * Every value that a setting was given, strongest first, its default last. An empty variable counts as
 * absent, as in most shells' scripts.
 * @throws GatewayError invalid_config where a value is not what the setting takes
 */
export const candidatesOf = <Name extends SettingName>(
  name: Name,
  { flags, env, dotenv }: ConfigSources,
): ReadonlyArray<Sourced<SettingValue<Name>>> => {
  const setting = SETTINGS[name] as Setting<SettingValue<Name>>;
  const { variable, fallback } = setting;
  const given: ReadonlyArray<readonly [string | undefined, Origin]> = [
    [flags[name], `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`],
    [env[variable], variable],
    [dotenv[variable], `${variable} in .env`],
    [fallback, 'default'],
  ];
  return given.flatMap(([text, origin]) =>
    text === undefined || text.trim() === '' ? [] : [{ value: parse(setting, text, origin), origin }],
  );
};

/** The strongest value of a setting, or undefined where it has none. */
export const readSetting = <Name extends SettingName>(
  name: Name,
  sources: ConfigSources,
): Sourced<SettingValue<Name>> | undefined => candidatesOf(name, sources)[0];
