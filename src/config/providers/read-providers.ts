import { GatewayError } from '../../base/errors.ts';
import { showUrl } from '../../base/show-url.ts';
import { ALL_SPECS } from '../../providers/all-specs.ts';
import type { ConfiguredProvider } from '../../providers/configured-provider.ts';
import { normalizeAddress } from '../../providers/normalize-address.ts';
import type { ListedModel, ProviderSpec } from '../../providers/provider-spec.ts';
import { openaiSpec } from '../../providers/specs/openai.ts';
import type { FileProvider } from '../file/file-config.ts';
import { findVariable } from '../find-variable.ts';
import { isOwnAddress } from '../own-address.ts';
import { readAmbient } from '../read-ambient.ts';
import { type ConfigSources, parseGiven, readSetting, variableOf } from '../read-setting.ts';
import type { Sourced } from '../sourced.ts';
import { mayReceive } from '../sources.ts';
import { findNamedProviders, type NamedProvider, PROVIDER_FIELDS, stemOf } from './provider-fields.ts';
import { readMoreKeys } from './read-more-keys.ts';
import { type Address, type Credential, refuseStrayCredential } from './refuse-stray-credential.ts';

export interface GatewayFacts {
  readonly host: string | undefined;
  readonly port: number;
  readonly masterKey: string | undefined;
}

/** A provider, and where each word about it came from. */
export interface SourcedProvider {
  readonly provider: ConfiguredProvider;
  readonly origins: {
    readonly type: string;
    readonly baseUrl: string;
    readonly apiKey: string | undefined;
    readonly apiVersion: string | undefined;
    readonly promptCaching: string | undefined;
    readonly proxy: string | undefined;
    readonly models: string | undefined;
  };
  /** It cannot be asked: its requests are refused with the variable that would hold the key. */
  readonly isBare: boolean;
  readonly isInFile: boolean;
}

interface Candidate extends NamedProvider {
  readonly file: FileProvider | undefined;
}

const specOf = ({ id, type, origin }: FileProvider): ProviderSpec => {
  const known = ALL_SPECS.map((spec) => spec.id).join(', ');
  const spec = type
    ? ALL_SPECS.find((candidate) => candidate.id === type)
    : ALL_SPECS.find((candidate) => id === candidate.id || id.startsWith(`${candidate.id}-`));
  if (spec) return spec;
  const what = type ? `has the type "${type}", which there is not` : 'needs a type';
  throw new GatewayError('invalid_config', `${origin}: the provider "${id}" ${what}. Types are: ${known}.`);
};

const listCandidates = ({ env, dotenv, file }: ConfigSources): readonly Candidate[] => {
  const fromFile = (file?.providers ?? []).map((entry) => {
    const spec = specOf(entry);
    return { id: entry.id, spec, stem: stemOf(entry.id, spec), file: entry };
  });
  const taken = new Set(fromFile.map(({ id }) => id));
  const named = findNamedProviders({ ...dotenv, ...env }, ALL_SPECS).filter(({ id }) => !taken.has(id));
  const all = [...fromFile, ...named.map((entry) => ({ ...entry, file: undefined }))];
  // Always there: it gets what no other provider is configured for.
  const openai = { id: openaiSpec.id, spec: openaiSpec, stem: openaiSpec.prefix, file: undefined };
  return all.some(({ id }) => id === openai.id) ? all : [...all, openai];
};

/** The strongest value that is not refused; why one is, goes to the notices. */
const pick = <Value>(
  given: ReadonlyArray<Sourced<Value>>,
  refuse: (candidate: Sourced<Value>) => string | undefined,
  notices: string[],
): Sourced<Value> | undefined =>
  given.find((candidate) => {
    const reason = refuse(candidate);
    if (reason !== undefined && !notices.includes(reason)) notices.push(reason);
    return reason === undefined;
  });

const mergeModels = (ids: readonly string[], described: readonly ListedModel[]): readonly ListedModel[] => [
  ...described,
  ...ids.filter((id) => described.every((model) => model.id !== id)).map((id) => ({ id })),
];

/** Where a provider's requests go, and whose word that is. A file that says the type chose its address, too. */
const addressOf = (
  { spec, stem, file, id }: Candidate,
  url: URL,
  given: Sourced<URL> | undefined,
): Address => {
  const variable = `${stem}_${PROVIDER_FIELDS.baseUrl.variable}`;
  if (given) return { url, origin: given.origin, source: given.source, variable };
  const isChosen = file?.type !== undefined && !(id === spec.id || id.startsWith(`${spec.id}-`));
  return file && isChosen
    ? { url, origin: `the type in ${file.origin}`, source: file.source, variable }
    : { url, origin: 'default', source: 'default', variable };
};

/** The keys, and the header lines of the file, which may be another. */
const credentialsOf = ({ file }: Candidate, keys: readonly Credential[]): readonly Credential[] =>
  file && Object.keys(file.headers).length > 0
    ? [...keys, { origin: `the headers of ${file.origin}`, source: file.source }]
    : keys;

/** @throws GatewayError invalid_config where a file of the working folder says whom the key passes */
const refuseStrayProxy = (stem: string, credentials: readonly Credential[], way: Sourced<string>): void => {
  const stray = credentials.find(({ source }) => !mayReceive(way.source, source));
  if (stray === undefined) return;
  const variable = `${stem}_${PROVIDER_FIELDS.proxy.variable}`;
  throw new GatewayError(
    'invalid_config',
    `${way.origin}, in a file of the working folder, would choose the proxy that ${stray.origin} passes: a repository must not do that. If it is right, set ${variable} in your environment; else remove it from the file.`,
  );
};

const readProvider = (
  candidate: Candidate,
  sources: ConfigSources,
  gateway: GatewayFacts,
  notices: string[],
): SourcedProvider | undefined => {
  const { id, spec, stem, file } = candidate;
  const { apiKey, baseUrl, apiVersion, models, promptCaching, proxy } = PROVIDER_FIELDS;
  const given = (variable: string, inFile: Sourced<string> | undefined) => [
    ...variableOf(`${stem}_${variable}`, sources),
    inFile,
  ];
  const keyVariable = `${stem}_${apiKey.variable}`;
  const isFirst = stem === spec.prefix;
  const otherKeys = isFirst && spec.otherKeyVariable ? variableOf(spec.otherKeyVariable, sources) : [];
  const key = pick(
    parseGiven(apiKey, [...given(apiKey.variable, file?.apiKey), ...otherKeys]),
    ({ value, origin }) =>
      value === gateway.masterKey
        ? `${origin} is the master key: that is what clients send to the gateway, not a key at the provider. It is passed over; start the gateway with ${keyVariable} set to the provider's key, or put it into a file of variables and name that with --env-file.`
        : undefined,
    notices,
  );
  const address = pick(
    parseGiven(baseUrl, given(baseUrl.variable, file?.baseUrl)),
    ({ value, origin }) =>
      isOwnAddress(value, gateway)
        ? `${origin} is ${showUrl(value)}, this gateway's own address: that is meant for its clients. It is passed over; put the provider's address into gomodel.yaml of the data folder if it is not ${spec.baseUrl ?? 'set elsewhere'}.`
        : undefined,
    notices,
  );
  const moreKeys = readMoreKeys(stem, key, sources, gateway, notices);
  const ambient = key === undefined ? readAmbient(spec, sources) : undefined;
  const isBare = key === undefined && ambient === undefined && !(spec.keyless && address);
  if (isBare && file === undefined && id !== openaiSpec.id) return undefined;
  const written = address && normalizeAddress(address.value, spec);
  const mended = written && spec.normalizeBaseUrl?.(written);
  const composed = spec.composeBaseUrl?.((name) => findVariable(sources)(name)?.value);
  const url = mended?.baseUrl ?? written ?? composed ?? (spec.baseUrl ? new URL(spec.baseUrl) : undefined);
  if (!url) {
    const missing = `the provider ${id} has no address: set ${stem}_${baseUrl.variable}.`;
    if (file) throw new GatewayError('invalid_config', `${file.origin}: ${missing}`);
    notices.push(`${key?.origin ?? id}: ${missing} It is left out.`);
    return undefined;
  }
  const credentials = credentialsOf(candidate, key ? [key, ...moreKeys] : (ambient?.parts ?? []));
  const to = addressOf(candidate, url, address);
  for (const credential of credentials) refuseStrayCredential(credential, to);
  const way = parseGiven(proxy, given(proxy.variable, file?.proxy))[0];
  if (way) refuseStrayProxy(stem, credentials, way);
  const version = parseGiven(apiVersion, given(apiVersion.variable, file?.apiVersion))[0];
  const caching = parseGiven(promptCaching, given(promptCaching.variable, file?.promptCaching))[0];
  const caches = caching?.value ?? readSetting('promptCaching', sources)?.value;
  const listed = parseGiven(models, given(models.variable, undefined))[0];
  const { native } = file ?? {};
  return {
    provider: {
      id,
      spec,
      baseUrl: url,
      apiKey: key?.value,
      apiKeyOrigin: key?.origin ?? ambient?.origin,
      ...(moreKeys.length > 0 && {
        moreKeys: moreKeys.map(({ variable, value }) => ({ variable, value })),
      }),
      ...(ambient && { ambient: ambient.credential }),
      keyVariable,
      apiVersion: version?.value,
      models: mergeModels([...(listed?.value ?? []), ...(mended?.models ?? [])], file?.models ?? []),
      headers: file?.headers ?? {},
      ...(way && { proxy: way.value }),
      ...(caches === false && { promptCaching: false }),
      ...(native && { native }),
    },
    origins: {
      type: file?.origin ?? key?.origin ?? address?.origin ?? 'default',
      baseUrl: address?.origin ?? 'default',
      apiKey: key?.origin,
      apiVersion: version?.origin,
      promptCaching: caching?.origin,
      proxy: way?.origin,
      models: listed?.origin ?? (file && file.models.length > 0 ? file.origin : undefined),
    },
    isBare,
    isInFile: file !== undefined,
  };
};

/**
 * All providers that are configured: those of the file in its order, then those of the environment in the
 * order of the specs. OpenAI is among them in any case, bare where nothing is said of it.
 *
 * The shell that starts the gateway is often the one that starts its clients, so an address may be the
 * gateway's own and a key the master key. Both are passed over with a notice, and the next source is asked.
 * @throws GatewayError invalid_config
 */
export const readProviders = (
  sources: ConfigSources,
  gateway: GatewayFacts,
  notices: string[],
): readonly SourcedProvider[] =>
  listCandidates(sources).flatMap((candidate) => {
    const provider = readProvider(candidate, sources, gateway, notices);
    return provider ? [provider] : [];
  });
