import { ALL_SPECS } from '../../providers/all-specs.ts';
import type { ProviderSpec } from '../../providers/provider-spec.ts';
import type { Environment } from '../data-dir.ts';
import { parseBaseUrl, parseSwitch, parseText } from '../settings/parse-values.ts';
import { parseProviderProxy } from './read-proxies.ts';

/** What a provider is told by variables, `<P>_API_KEY` and the like, or by its entry in the file. */
export const PROVIDER_FIELDS = {
  apiKey: {
    variable: 'API_KEY',
    takes: 'a key: letters, digits and signs, without spaces',
    secret: true,
    parse: (text: string) => /^[\x21-\x7e]+$/.exec(text.trim())?.[0],
  },
  baseUrl: {
    variable: 'BASE_URL',
    takes: 'an http(s) URL without query, such as https://api.openai.com/v1',
    parse: parseBaseUrl,
  },
  apiVersion: {
    variable: 'API_VERSION',
    takes: 'a version, such as 2024-10-21',
    parse: parseText,
  },
  proxy: {
    variable: 'PROXY_URL',
    takes: 'the address of a proxy, such as http://proxy.example:3128 or socks5://10.0.0.1:1080, or direct',
    secret: true,
    parse: parseProviderProxy,
  },
  promptCaching: {
    variable: 'PROMPT_CACHING',
    takes: 'true or false',
    parse: parseSwitch,
  },
  models: {
    variable: 'MODELS',
    takes: 'a list of models separated by commas',
    parse: (text: string) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean),
  },
} as const;

const VARIABLES = Object.values(PROVIDER_FIELDS).map(({ variable }) => variable);

/** True for `GROQ_API_KEY` and the like, also of a provider that only a file names. */
export const isProviderVariable = (name: string): boolean =>
  VARIABLES.some((variable) => name.endsWith(`_${variable}`)) || /_API_KEY_\d{1,2}$/.test(name);

/** True where the name is that of a variable of a provider that there is without any file. */
export const isKnownProviderVariable = (name: string): boolean =>
  isProviderVariable(name) && ALL_SPECS.some(({ prefix }) => name.startsWith(`${prefix}_`));

/** A provider that variables name. */
export interface NamedProvider {
  readonly id: string;
  readonly spec: ProviderSpec;
  /** Of its variables: `OPENAI`, `OPENAI_EAST`. */
  readonly stem: string;
}

/** `OPENAI_API_BASE_URL` is a name that other programs have for their address, and no provider `openai-api`. */
const isSuffix = (suffix: string): boolean => suffix !== 'API' && !/^_|_$|__/.test(suffix);

const NONE = '';

/** `EAST` of `OPENAI_EAST_API_KEY`; undefined where a variable is not one of the provider's. */
const suffixIn = (variable: string, prefix: string): string | undefined => {
  if (!variable.startsWith(`${prefix}_`)) return undefined;
  const rest = variable.slice(prefix.length + 1);
  const suffixes = VARIABLES.flatMap((name) => {
    if (rest === name) return [NONE];
    const suffix = rest.endsWith(`_${name}`) ? rest.slice(0, -name.length - 1) : NONE;
    return /^[A-Z0-9_]+$/.test(suffix) ? [suffix] : [];
  });
  return suffixes.sort((one, other) => one.length - other.length)[0];
};

/**
 * The providers that an environment has variables for: `OPENAI_API_KEY` is `openai`, `OPENAI_EAST_API_KEY`
 * is `openai-east`. In the order of the specs, the one without suffix first.
 */
export const findNamedProviders = (
  env: Environment,
  specs: readonly ProviderSpec[],
): readonly NamedProvider[] =>
  specs.flatMap((spec) => {
    const suffixes = Object.keys(env).flatMap((variable) => {
      if (!env[variable]?.trim()) return [];
      return variable === spec.otherKeyVariable ? [NONE] : (suffixIn(variable, spec.prefix) ?? []);
    });
    return [...new Set(suffixes)].sort().flatMap((suffix) => {
      if (suffix === NONE) return [{ id: spec.id, spec, stem: spec.prefix }];
      const id = `${spec.id}-${suffix.toLowerCase().replaceAll('_', '-')}`;
      return isSuffix(suffix) ? [{ id, spec, stem: `${spec.prefix}_${suffix}` }] : [];
    });
  });

/** Under which names a provider of the file may have its key in the environment. */
export const stemOf = (id: string, spec: ProviderSpec): string => {
  const upper = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  if (id === spec.id) return spec.prefix;
  const isSuffixed = id.startsWith(`${spec.id}-`);
  return isSuffixed ? `${spec.prefix}_${upper(id.slice(spec.id.length + 1))}` : upper(id);
};
