import { GatewayError } from '../base/errors.ts';
import { showUrl } from '../base/show-url.ts';
import type { ModelAlias } from '../providers/route-model.ts';
import type { Environment } from './data-dir.ts';
import type { FileConfig } from './file/file-config.ts';
import type { Setting } from './settings/setting.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';
import type { Origin, Sourced } from './sourced.ts';
import type { Source } from './sources.ts';

/** A file of variables. */
export interface VariableFile {
  /** As messages name it: `.env`. */
  readonly name: string;
  readonly source: Source;
}

export const DOTENV: VariableFile = { name: '.env', source: 'working_folder' };

/** What a run of the command line hands to the configuration, strongest first. */
export interface ConfigSources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Environment;
  /** The variables of `.env` in the working folder, or of the file that `--env-file` names. */
  readonly dotenv: Environment;
  /** Which file that is; absent: `.env`. */
  readonly dotenvFile?: VariableFile | undefined;
  /** `gomodel.yaml`, where there is one. */
  readonly file?: FileConfig | undefined;
  /** The names of `VIRTUAL_MODELS`, which win over those of the file. */
  readonly virtualModels?: ReadonlyMap<string, ModelAlias> | undefined;
}

/** What reads a value, and says what it may be. */
type Readable<Value> = Pick<Setting<Value>, 'parse' | 'takes' | 'secret'>;

const parse = <Value>(setting: Readable<Value>, text: string, origin: Origin): Value => {
  const value = setting.parse(text);
  if (value !== undefined) return value;
  const shown = setting.secret ? '' : ` "${text.includes('@') ? showUrl(text) : text}"`;
  throw new GatewayError('invalid_config', `${origin}${shown} is not ${setting.takes}.`);
};

/** How other programs name a secret that is kept elsewhere. */
const REFERENCE = /^(?:\$\{|\$\(|\{\{|os\.environ\/|op:\/\/)/;

/** A reference that nobody has resolved would be a key that everybody can guess. */
const refuseReference = ({ secret }: Readable<unknown>, { value, origin, source }: Sourced<string>): void => {
  if (!secret || source !== 'environment' || !REFERENCE.test(value.trim())) return;
  throw new GatewayError(
    'invalid_config',
    `${origin} is a reference to a secret, which nothing has put in its place. Whatever starts the gateway has to resolve it (a shell does so in double quotes; systemd and \`docker --env-file\` do not).`,
  );
};

/**
 * The values that were given, in their order. An empty one counts as absent, as in most shells' scripts.
 * @throws GatewayError invalid_config where a value is not what the setting takes
 */
export const parseGiven = <Value>(
  setting: Readable<Value>,
  given: ReadonlyArray<Sourced<string | undefined> | undefined>,
): ReadonlyArray<Sourced<Value>> =>
  given.flatMap((one) => {
    if (one?.value === undefined || one.value.trim() === '') return [];
    refuseReference(setting, { ...one, value: one.value });
    return [{ ...one, value: parse(setting, one.value, one.origin) }];
  });

/** `docker run --env-file` and others hand on the quotes of a file that a shell would have taken away. */
const withoutQuotes = (value: string | undefined): string | undefined => {
  const text = value?.trim() ?? '';
  const [mark = ''] = text;
  const isQuoted = text.length > 1 && (mark === '"' || mark === "'") && text.endsWith(mark);
  return isQuoted ? text.slice(1, -1) : value;
};

/** What the environment, and after it `.env`, have under a name. */
export const variableOf = (
  variable: string,
  { env, dotenv, dotenvFile = DOTENV }: Pick<ConfigSources, 'env' | 'dotenv' | 'dotenvFile'>,
): ReadonlyArray<Sourced<string | undefined>> => [
  { value: withoutQuotes(env[variable]), origin: variable, source: 'environment' },
  { value: dotenv[variable], origin: `${variable} in ${dotenvFile.name}`, source: dotenvFile.source },
];

/** What a setting was given by each source, strongest first, its default last. */
export const givenOf = (
  name: SettingName,
  sources: ConfigSources,
): ReadonlyArray<Sourced<string | undefined>> => {
  const { variable, fallback }: Setting<unknown> = SETTINGS[name];
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const inFile = sources.file?.settings[name];
  return [
    { value: sources.flags[name], origin: flag, source: 'flag' },
    ...variableOf(variable, sources),
    ...(inFile ? [inFile] : []),
    { value: fallback, origin: 'default', source: 'default' },
  ];
};

/**
 * Every value that a setting was given, strongest first, its default last.
 * @throws GatewayError invalid_config where a value is not what the setting takes
 */
const candidatesOf = <Name extends SettingName>(
  name: Name,
  sources: ConfigSources,
): ReadonlyArray<Sourced<SettingValue<Name>>> => {
  const setting = SETTINGS[name] as Setting<SettingValue<Name>>;
  return parseGiven(setting, givenOf(name, sources));
};

/** The strongest value of a setting, or undefined where it has none. */
export const readSetting = <Name extends SettingName>(
  name: Name,
  sources: ConfigSources,
): Sourced<SettingValue<Name>> | undefined => candidatesOf(name, sources)[0];
