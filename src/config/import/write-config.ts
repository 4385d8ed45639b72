import { stringify } from 'yaml';
import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import { parseConfigFile } from '../file/parse-config-file.ts';

/** Stands for every variable while the result is tried: an address, a number and a word at once is none. */
const ANYTHING = 'http://example.invalid';

const REFERENCE = /(?<!\$)\$\{([A-Za-z_]\w{0,200})(:-[^}]{0,500})?\}/g;

/** Without what is empty, so that the file has no section that says nothing. */
const prune = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .map(([key, member]) => [key, key === 'providers' ? pruneProviders(member) : prune(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
};

/** A provider without a word of its own is one all the same: its type and its variables say the rest. */
const pruneProviders = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return prune(value);
  const all = Object.entries(value).map(([id, entry]) => [id, prune(entry) ?? {}] as const);
  return all.length === 0 ? undefined : Object.fromEntries(all);
};

/** The variables that a file refers to. @param optional whether those with a default are meant, or the others */
const variablesOf = (yaml: string, optional: boolean): string[] => [
  ...new Set(
    [...yaml.matchAll(REFERENCE)]
      .filter(([, , fallback]) => (fallback !== undefined) === optional)
      .map(([, name = '']) => name),
  ),
];

/**
 * Writes the content of `gomodel.yaml`, and reads it again as the gateway will.
 * @returns the text, and the variables that must be set
 * @throws GatewayError invalid_config where what came in cannot be a configuration here
 */
export const writeConfig = (content: JsonObject): { yaml: string; variables: string[] } => {
  const pruned = prune(content) ?? {};
  const yaml = Object.keys(pruned).length === 0 ? '{}\n' : stringify(pruned, { lineWidth: 0 });
  const variables = variablesOf(yaml, false);
  const env = Object.fromEntries(variables.map((name) => [name, ANYTHING]));
  try {
    parseConfigFile(yaml, 'gomodel.yaml', env);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('invalid_config', `the result would not be a valid configuration: ${words}`, {
      cause,
    });
  }
  return { yaml, variables };
};

/** A text of another file as it must stand in ours, where `${` begins a reference. */
export const literal = (text: string): string => text.replaceAll('${', '$${');
