import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { GatewayError } from '../base/errors.ts';
import { isObject } from '../base/json-object.ts';
import type { Environment } from './data-dir.ts';
import { FAILOVER, type FailoverConfig } from './failover.ts';
import type { FileConfig, FileProvider } from './file-config.ts';
import { type FileShape, fileSchema } from './file-schema.ts';
import type { Sourced } from './read-setting.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { substituteVariables } from './substitute-variables.ts';

type Path = ReadonlyArray<PropertyKey>;
type Locate = (path: Path) => string;

/** An issue of a union is told by the alternative that fitted best. */
const deepest = (issue: z.core.$ZodIssue, path: Path = []): { issue: z.core.$ZodIssue; path: Path } => {
  const here = [...path, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path: here };
  const found = issue.errors
    .flatMap((alternative) => alternative.map((inner) => deepest(inner, here)))
    .sort((one, other) => rank(other) - rank(one));
  return found[0] ?? { issue, path: here };
};

/** A wrong member is more to the point than "is no text". */
const rank = ({ issue, path }: { issue: z.core.$ZodIssue; path: Path }): number =>
  path.length * 2 + (issue.code === 'invalid_type' && issue.expected === 'string' ? 0 : 1);

const textOf = (path: Path): string => path.map(String).join('.');

/** Never a value: it could be a secret. */
const describe = (issue: z.core.$ZodIssue, path: Path): string => {
  const where = textOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key "${textOf([...path, issue.keys[0] ?? ''])}"`;
    case 'invalid_type':
      return `${where || 'the file'} must be of the type ${issue.expected}`;
    case 'invalid_value':
      return `${where} must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_key':
      return `${where} ${issue.issues[0]?.message ?? 'is no name'}`;
    default:
      return `${where} ${issue.message}`;
  }
};

const mapSettings = (document: unknown, locate: Locate): FileConfig['settings'] => {
  const entries = Object.entries(SETTINGS).flatMap(([name, { path }]) => {
    let value: unknown = document;
    for (const key of path) value = Object(value)[key];
    return typeof value === 'string' ? [[name, { value, origin: locate(path) }] as const] : [];
  });
  return Object.fromEntries(entries) as Partial<Record<SettingName, Sourced<string>>>;
};

const mapProviders = ({ providers = {} }: FileShape, locate: Locate): readonly FileProvider[] =>
  Object.entries(providers).map(([id, entry]) => {
    const sourced = (key: keyof typeof entry, value: string | undefined) =>
      value === undefined ? undefined : { value, origin: locate(['providers', id, key]) };
    return {
      id,
      origin: locate(['providers', id]),
      type: entry.type,
      apiKey: sourced('api_key', entry.api_key),
      baseUrl: sourced('base_url', entry.base_url),
      apiVersion: sourced('api_version', entry.api_version),
      models: (entry.models ?? []).map((model) => ({
        id: model.id,
        ...('context_window' in model && model.context_window && { contextWindow: model.context_window }),
        ...('max_output_tokens' in model &&
          model.max_output_tokens && { maxOutputTokens: model.max_output_tokens }),
        ...('modalities' in model && model.modalities && { inputModalities: model.modalities }),
      })),
      headers: Object.fromEntries(
        Object.entries(entry.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value]),
      ),
      native: entry.native,
    };
  });

const mapAliases = ({ aliases = {} }: FileShape, locate: Locate): FileConfig['aliases'] =>
  new Map(
    Object.entries(aliases).map(([alias, { model, effort, fallbacks = [] }]) => [
      alias,
      { value: { model, ...(effort && { effort }), fallbacks }, origin: locate(['aliases', alias]) },
    ]),
  );

const mapFailover = ({ failover }: FileShape, locate: Locate): Sourced<FailoverConfig> | undefined => {
  if (!failover) return undefined;
  const { attempts, initial_backoff, max_backoff, breaker_failures, breaker_pause } = failover;
  return {
    origin: locate(['failover']),
    value: {
      attempts: attempts ?? FAILOVER.attempts,
      initialBackoffMs: initial_backoff ?? FAILOVER.initialBackoffMs,
      maxBackoffMs: max_backoff ?? FAILOVER.maxBackoffMs,
      breaker: {
        failures: breaker_failures ?? FAILOVER.breaker.failures,
        pauseMs: breaker_pause ?? FAILOVER.breaker.pauseMs,
      },
    },
  };
};

/** References of references could fill the memory: there the library stops. */
const toPlain = (document: Document, refuse: (offset: number, message: string) => never): unknown => {
  try {
    return document.toJS();
  } catch (cause) {
    return refuse(0, cause instanceof Error ? cause.message : String(cause));
  }
};

/** A key with nothing behind it is as good as absent; of a provider, all may stand in the environment. */
const withoutNothing = (file: unknown): unknown => {
  if (!isObject(file)) return file;
  const { providers, ...rest } = file;
  const all = isObject(providers)
    ? Object.fromEntries(Object.entries(providers).map(([id, entry]) => [id, entry ?? {}]))
    : providers;
  return prune({ ...rest, ...('providers' in file && { providers: all }) });
};

const prune = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== null)
          .map(([key, member]) => [key, prune(member)]),
      )
    : value;

/**
 * Reads `gomodel.yaml`: YAML 1.2, variables put in for `${NAME}` and `${NAME:-default}`, unknown keys
 * refused.
 * @param name as messages call the file
 * @throws GatewayError invalid_config with the file's name, the line and the column
 */
export const parseConfigFile = (text: string, name: string, env: Environment): FileConfig => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const refuse = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new GatewayError('invalid_config', `${name}:${line}:${col}: ${message}.`);
  };
  const [error] = document.errors;
  if (error) refuse(error.pos[0], error.message.replace(/\.$/, ''));

  const nodeAt = (path: Path): Node | undefined => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    return (node as Node | null | undefined) ?? undefined;
  };
  /** Of the key, where the path names a member; else of what is there. */
  const offsetOf = (path: Path): number => {
    const parent = nodeAt(path.slice(0, -1));
    const last = path.at(-1);
    const pair =
      isMap(parent) && parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    const key = pair ? pair.key : undefined;
    if (isScalar(key) && key.range) return key.range[0];
    return nodeAt(path)?.range?.[0] ?? parent?.range?.[0] ?? 0;
  };
  const locate: Locate = (path) => `${name}:${lines.linePos(offsetOf(path)).line}`;

  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key') return;
      // A key that looks like a number is none: 007 is not 7.
      if (typeof node.value === 'number' && node.source !== String(node.value)) node.value = node.source;
      if (typeof node.value !== 'string') return;
      const result = substituteVariables(node.value, env);
      if (result.kind === 'problem') refuse(node.range?.[0] ?? 0, result.problem);
      else node.value = result.text;
    },
  });

  const checked = fileSchema.safeParse(withoutNothing(toPlain(document, refuse)) ?? {});
  if (!checked.success) {
    const [first] = checked.error.issues;
    if (!first) throw new GatewayError('invalid_config', `${name} is not understood.`);
    const { issue, path } = deepest(first);
    const unknownKey = issue.code === 'unrecognized_keys' ? [issue.keys[0] ?? ''] : [];
    return refuse(offsetOf([...path, ...unknownKey]), describe(issue, path));
  }
  const { data } = checked;
  return {
    name,
    settings: mapSettings(data, locate),
    providers: mapProviders(data, locate),
    aliases: mapAliases(data, locate),
    failover: mapFailover(data, locate),
  };
};
