import { isObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { holdsPassword, numberOf } from '../scalars.ts';
import type { TakenTree } from '../taken-tree.ts';
import { splitModel } from './litellm-providers.ts';
import { textOf, variableIn } from './values.ts';

/** One entry of `model_list`. */
export interface Deployment {
  /** As clients ask for it; several deployments may share one. */
  readonly name: string;
  /** As LiteLLM names it. */
  readonly provider: string;
  /** As the provider names it. */
  readonly model: string;
  readonly baseUrl: string | undefined;
  readonly key: Secret | undefined;
  readonly apiVersion: string | undefined;
  /** Names as they are written. */
  readonly headers: Readonly<Record<string, Secret | string>>;
  readonly weight: number | undefined;
  readonly order: number | undefined;
  readonly limits: Readonly<Record<'rpm' | 'tpm' | 'concurrent', number | undefined>>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** A value that never goes into our file. */
export interface Secret {
  /** The variable that holds it; undefined if it stands in the file itself. */
  readonly variable: string | undefined;
  /** Tells secrets of the file apart. */
  readonly id: string;
  readonly path: Path;
}

const PLACEHOLDER = /^(?:none|null|dummy|fake.*|no-?key|not-needed|anything|any|empty)$/i;
const SECRET_HEADER = /auth|key|token|secret|cookie|password/i;

const secretAt = (value: unknown, path: Path): Secret | undefined => {
  if (typeof value !== 'string' || value.trim() === '' || PLACEHOLDER.test(value.trim())) return undefined;
  return { variable: variableIn(value), id: value.trim(), path };
};

/** The parameters of an entry over those of the credential that it names. */
const createParams = (tree: TakenTree, at: Path) => {
  const own = [...at, 'litellm_params'];
  const name = tree.take(...own, 'litellm_credential_name');
  const list = tree.look('credential_list');
  const index = Array.isArray(list)
    ? list.findIndex((entry) => isObject(entry) && entry.credential_name === name)
    : -1;
  const shared: Path | undefined =
    name !== undefined && index >= 0 ? ['credential_list', index, 'credential_values'] : undefined;
  if (name !== undefined && shared === undefined) {
    tree.remark([...own, 'litellm_credential_name'], 'there is no credential of this name in the file');
  }
  if (shared) {
    tree.take('credential_list', index, 'credential_name');
    tree.take('credential_list', index, 'credential_info');
  }
  return (key: string): { readonly value: unknown; readonly path: Path } => {
    const value = tree.take(...own, key);
    if (value !== undefined && value !== null) return { value, path: [...own, key] };
    const path = [...(shared ?? own), key];
    return { value: shared && tree.take(...path), path };
  };
};

const readHeaders = (
  tree: TakenTree,
  params: ReturnType<typeof createParams>,
): Record<string, Secret | string> => {
  const headers: Record<string, Secret | string> = {};
  for (const member of ['extra_headers', 'headers']) {
    const { value, path } = params(member);
    if (!isObject(value)) continue;
    for (const [name, given] of Object.entries(value)) {
      const text = textOf(given);
      if (text === undefined || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
        tree.remark([...path, name], 'it is no header line that can be sent');
        continue;
      }
      const secret = SECRET_HEADER.test(name) ? secretAt(given, [...path, name]) : undefined;
      headers[name] = secret ?? text;
    }
  }
  const organization = params('organization');
  const text = textOf(organization.value);
  if (text !== undefined) headers['OpenAI-Organization'] = text;
  return headers;
};

const FACTS = ['max_input_tokens', 'max_output_tokens', 'max_tokens', 'supports_vision'] as const;

const readDeployment = (tree: TakenTree, index: number): Deployment | undefined => {
  const at: Path = ['model_list', index];
  const name = textOf(tree.take(...at, 'model_name'));
  const params = createParams(tree, at);
  const { value: written, path: modelPath } = params('model');
  if (name === undefined || typeof written !== 'string' || written.trim() === '') {
    tree.remark(at, 'it has no model_name, or no litellm_params.model, and is left out');
    tree.take(...at);
    return undefined;
  }
  const custom = textOf(params('custom_llm_provider').value);
  const { provider, model } = splitModel(written.trim(), custom);
  if (provider === undefined) {
    tree.remark(modelPath, 'nothing says whose model it is, so OpenAI is taken for it: write provider/model');
  }
  const address = params('api_base').value ?? params('base_url').value;
  const key = params('api_key');
  const baseUrl = textOf(address);
  if (baseUrl !== undefined && holdsPassword(baseUrl)) {
    tree.remark([...at, 'litellm_params', 'api_base'], 'a password stands in it: it is not copied');
  }
  return {
    name,
    provider: provider ?? 'openai',
    model,
    baseUrl: baseUrl !== undefined && holdsPassword(baseUrl) ? undefined : baseUrl,
    key: secretAt(key.value, key.path),
    apiVersion: textOf(params('api_version').value),
    headers: readHeaders(tree, params),
    weight: numberOf(params('weight').value),
    order: numberOf(params('order').value),
    limits: {
      rpm: numberOf(params('rpm').value) ?? numberOf(tree.take(...at, 'rpm')),
      tpm: numberOf(params('tpm').value) ?? numberOf(tree.take(...at, 'tpm')),
      concurrent: numberOf(params('max_parallel_requests').value),
    },
    facts: Object.fromEntries(FACTS.map((fact) => [fact, tree.take(...at, 'model_info', fact)])),
    path: at,
  };
};

/** All usable entries of `model_list`, in their order. */
export const readDeployments = (tree: TakenTree): readonly Deployment[] => {
  const list = tree.look('model_list');
  if (!Array.isArray(list)) return [];
  return list.flatMap((_entry, index) => readDeployment(tree, index) ?? []);
};
