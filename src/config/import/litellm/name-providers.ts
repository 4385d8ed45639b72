import type { JsonObject } from '../../../base/json-object.ts';
import { ALL_SPECS } from '../../../providers/all-specs.ts';
import { stemOf } from '../../providers/provider-fields.ts';
import type { TakenTree } from '../taken-tree.ts';
import { type KnownProvider, LITELLM_PROVIDERS } from './litellm-providers.ts';
import type { Deployment, Secret } from './read-deployments.ts';

export interface NamedProviders {
  /** The section `providers`, by id. */
  readonly section: Record<string, JsonObject>;
  /** Where a deployment is reached; undefined if nobody here can reach it. */
  idOf(deployment: Deployment): string | undefined;
}

const words = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** `eu` of `AZURE_API_KEY_EU` or `AZURE_EU_API_KEY`. */
const suffixOf = ({ key }: Deployment, type: string): string =>
  words((key?.variable ?? '').replace(/API_?KEY|KEY|TOKEN/, '').replace(type.toUpperCase(), ''));

const hostOf = (url: string | undefined): string => {
  if (url === undefined) return '';
  if (!URL.canParse(url)) return words(url.replace(/[${}]|_?(?:API_)?BASE(?:_URL)?|_URL/g, ''));
  const { hostname, port } = new URL(url);
  return words(`${hostname.replace(/^(?:api|www)\./, '')}${port === '' ? '' : `-${port}`}`);
};

/** What OpenAI's own API is, and what only speaks like it. */
const isOwnOpenAi = (url: string | undefined): boolean =>
  url === undefined || (URL.canParse(url) && new URL(url).hostname === 'api.openai.com');

const knownFor = ({ provider, baseUrl }: Deployment): KnownProvider | undefined => {
  if (provider === 'openai' && !isOwnOpenAi(baseUrl)) return { type: 'compatible' };
  if (Object.hasOwn(LITELLM_PROVIDERS, provider)) return LITELLM_PROVIDERS[provider];
  return baseUrl === undefined ? undefined : { type: 'compatible' };
};

const addressOf = ({ baseUrl }: Deployment, known: KnownProvider): string | undefined => {
  if (baseUrl !== undefined) return baseUrl;
  if (known.baseUrl !== undefined) return known.baseUrl;
  if (known.baseVariable === undefined) return undefined;
  const usual = ALL_SPECS.find(({ id }) => id === known.type)?.baseUrl;
  return usual === undefined ? `\${${known.baseVariable}}` : `\${${known.baseVariable}:-${usual}}`;
};

/** Deployments that differ in none of this are one provider. */
const identityOf = (deployment: Deployment, known: KnownProvider): string => {
  const { key, apiVersion, headers } = deployment;
  const told = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.id,
  ]);
  return JSON.stringify([known.type, addressOf(deployment, known), key?.id, apiVersion, told]);
};

const MAX_ID = 40;
const RESERVED = ['chatgpt', 'demo'];

export const nameProviders = (deployments: readonly Deployment[], tree: TakenTree): NamedProviders => {
  const section: Record<string, JsonObject> = {};
  const ids = new Map<string, string>();
  const hinted = new Set<string>();

  const freeId = (deployment: Deployment, { type }: KnownProvider): string => {
    const host = hostOf(deployment.baseUrl);
    const suffix = suffixOf(deployment, type);
    const isService =
      Object.hasOwn(LITELLM_PROVIDERS, deployment.provider) && deployment.provider !== 'openai';
    // A key of another name belongs to a provider of another name, so that no common variable takes its place.
    const wanted =
      type === 'compatible'
        ? [isService ? words(deployment.provider) : host, host]
        : [...(suffix ? [`${type}-${suffix}`] : []), type, ...(host ? [`${type}-${host}`] : [])];
    const isFree = (id: string): boolean =>
      id !== '' &&
      !Object.hasOwn(section, id) &&
      !RESERVED.includes(id) &&
      ALL_SPECS.every((spec) => spec.id === type || (id !== spec.id && !id.startsWith(`${spec.id}-`)));
    const short = wanted.map((id) => id.slice(0, MAX_ID));
    const base = type === 'compatible' ? 'corp' : type;
    for (let n = 1; ; n++) {
      const id = [...short, n === 1 ? base : `${base}-${n}`].find(isFree);
      if (id !== undefined) return id;
    }
  };

  const say = (secret: Secret, variable: string): string => {
    if (secret.variable !== undefined) return `\${${secret.variable}}`;
    tree.remark(secret.path, `it stands in the file and is not copied: set ${variable} to it`);
    return `\${${variable}}`;
  };

  const describe = (id: string, deployment: Deployment, known: KnownProvider): JsonObject => {
    const spec = ALL_SPECS.find((one) => one.id === known.type);
    const stem = spec ? stemOf(id, spec) : id.toUpperCase();
    const own = `${stem}_API_KEY`;
    const { key, apiVersion, headers } = deployment;
    // Absent, LiteLLM takes it from a variable; clouds and one's own servers need none.
    const needsNone = spec?.keyless === true || spec?.ambient !== undefined;
    const usual = known.keyVariable ?? own;
    const fallback = usual !== own ? `\${${usual}:-}` : needsNone ? undefined : `\${${own}}`;
    const address = addressOf(deployment, known);
    return {
      ...(id === known.type ? {} : { type: known.type }),
      ...(address !== undefined && address !== spec?.baseUrl && { base_url: address }),
      ...(key ? { api_key: say(key, own) } : fallback !== undefined && { api_key: fallback }),
      ...(apiVersion !== undefined && { api_version: apiVersion }),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === 'string'
            ? value
            : say(value, `${stem}_${words(name).replaceAll('-', '_').toUpperCase()}`),
        ]),
      ),
    };
  };

  for (const deployment of deployments) {
    const known = knownFor(deployment);
    const at = [...deployment.path, 'litellm_params', 'model'];
    if (known === undefined || (known.type === 'compatible' && addressOf(deployment, known) === undefined)) {
      tree.remark(
        at,
        'no provider of this kind is known here; if it speaks OpenAI’s API, write its address as api_base and import again',
      );
      continue;
    }
    const identity = identityOf(deployment, known);
    if (!ids.has(identity)) {
      const id = freeId(deployment, known);
      ids.set(identity, id);
      section[id] = describe(id, deployment, known);
    }
    if (known.hint !== undefined && !hinted.has(known.type)) tree.remark(at, known.hint);
    hinted.add(known.type);
  }
  return {
    section,
    idOf: (deployment) => {
      const known = knownFor(deployment);
      return known && ids.get(identityOf(deployment, known));
    },
  };
};
