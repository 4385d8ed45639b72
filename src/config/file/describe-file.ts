import { isObject } from '../../base/json-object.ts';
import { showUrl } from '../../base/show-url.ts';
import type { Environment } from '../data-dir.ts';
import { isProviderVariable } from '../providers/provider-fields.ts';
import type { Setting } from '../settings/setting.ts';
import { SETTINGS } from '../settings.ts';
import { isDefinitionVariable, maySet, RESTRICTED_VARIABLES } from '../sources.ts';
import { parseYaml } from './parse-yaml.ts';

/** What a configuration file of the working folder would set, before anything of it is believed. */
export interface DescribedSetting {
  /** A variable, or a path such as `providers.groq.base_url`. */
  readonly name: string;
  /** Undefined where it is a secret. */
  readonly value: string | undefined;
  /** False where a file of the working folder never sets it. */
  readonly counts: boolean;
}

const MAX_SHOWN = 200;
const ALL: readonly Setting<unknown>[] = Object.values(SETTINGS);
const BY_VARIABLE = new Map(ALL.map((setting) => [setting.variable, setting]));
const VARIABLE_OF_PATH = new Map(ALL.map(({ path, variable }) => [path.join('.'), variable]));

const shorten = (text: string): string => {
  const shown = text.includes('//') ? showUrl(text) : text;
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
};

const isSecretVariable = (name: string): boolean =>
  BY_VARIABLE.get(name)?.secret === true || name.endsWith('_API_KEY');

const isOfGateway = (name: string): boolean =>
  isDefinitionVariable(name) ||
  BY_VARIABLE.has(name) ||
  RESTRICTED_VARIABLES.includes(name.toUpperCase()) ||
  isProviderVariable(name);

/** The variables that the gateway reads; the others serve `${NAME}` in `gomodel.yaml` alone. */
export const describeVariables = (
  variables: Environment,
): { readonly settings: readonly DescribedSetting[]; readonly others: readonly string[] } => {
  const given = Object.entries(variables).filter(([, value]) => value?.trim());
  return {
    settings: given
      .filter(([name]) => isOfGateway(name))
      .map(([name, value = '']) => ({
        name,
        value: isSecretVariable(name) ? undefined : shorten(value.trim()),
        counts: maySet('working_folder', name),
      })),
    others: given.map(([name]) => name).filter((name) => !isOfGateway(name)),
  };
};

/** Members that are secrets, or hold nothing else. */
const SECRET_KEYS = ['api_key', 'master_key', 'headers'];
/** A reference names a secret and is none, as long as it brings no default along. */
const REFERENCES = /^(?:[^$]{0,40}\$\{[A-Za-z_]\w*\})+$/;

const shownOf = (text: string, isSecret: boolean): string | undefined => {
  if (!isSecret) return shorten(text);
  const names = text.length < MAX_SHOWN && REFERENCES.test(text) ? text.match(/\$\{\w+\}/g) : null;
  return names?.join(' ');
};

const describeLeaves = (value: unknown, path: string, isSecret: boolean): readonly DescribedSetting[] => {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, member]) =>
      describeLeaves(member, path === '' ? key : `${path}.${key}`, isSecret || SECRET_KEYS.includes(key)),
    );
  }
  if (value === null || value === undefined) return [];
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const variable = VARIABLE_OF_PATH.get(path);
  const counts = variable === undefined || maySet('working_folder', variable);
  return [{ name: path, value: shownOf(text, isSecret), counts }];
};

/**
 * What a `gomodel.yaml` would set, with its references as they are written.
 * @throws GatewayError invalid_config where it is not YAML
 */
export const describeConfigFile = (text: string, name: string): readonly DescribedSetting[] =>
  describeLeaves(parseYaml(text, name).content, '', false);
