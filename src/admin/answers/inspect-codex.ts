import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { GatewayError } from '../../base/errors.ts';
import { showUrl } from '../../base/show-url.ts';
import { loadConfigFile } from '../../codex/edit/config-file.ts';
import { type ConfigEdit, findEdit } from '../../codex/edit/edit-journal.ts';
import { planEdit } from '../../codex/edit/plan-edit.ts';
import { wantProvider } from '../../codex/edit/provider-settings.ts';
import { type ResolvedConfig, resolveConfig } from '../../codex/edit/resolve-config.ts';
import { configFileOf } from '../../codex/run/codex-home.ts';
import { isOwnAddress } from '../../config/own-address.ts';
import { openState } from '../../state/state.ts';
import type { CodexStatusAnswer } from '../api-types/codex.ts';

/** What of the answer depends on Codex's configuration. */
export type CodexConfigState = Omit<CodexStatusAnswer, 'clients'>;

export interface InspectCodexDeps {
  readonly codexHome: string | undefined;
  readonly dataDir: string;
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly isGuarded: boolean;
}

const PROVIDER_ID = 'gomodel';
const KEY_VARIABLE = 'OPENAI_API_KEY';
const COMMAND = 'npx gomodel-ts init-codex';
const OPENAI = 'https://api.openai.com/v1';

/** Where Codex sends its requests by its configuration. */
const targetOf = ({ providerId, baseUrl }: ResolvedConfig): string | undefined =>
  baseUrl ?? (providerId === 'openai' ? OPENAI : undefined);

const isThisGateway = (target: string | undefined, url: string): boolean =>
  target !== undefined &&
  URL.canParse(target) &&
  isOwnAddress(new URL(target), { host: new URL(url).hostname, port: Number(new URL(url).port || 80) });

/** A line of a diff that assigns a value: what stands before the value, and the name. */
const ASSIGNMENT = /^([ +-][ \t]*["']?([\w.-]+)["']?[ \t]*=[ \t]*)[^\r\n]+/gm;
const SECRET_NAME = /(?:token|secret|password|api_?key)$/i;

/** The context of a diff shows what stands around the change: no secret of it. */
const hideSecrets = (patch: string): string =>
  patch
    .replace(ASSIGNMENT, (line: string, start: string, name: string) =>
      SECRET_NAME.test(name) ? `${start}"[redacted]"` : line,
    )
    .replace(/\bsk-[\w-]{8,}/g, '[redacted]');

const diffOf = (path: string, before: string, after: string): string =>
  before === after
    ? ''
    : hideSecrets(
        createTwoFilesPatch(path, path, before, after, undefined, undefined, {
          context: 3,
          headerOptions: FILE_HEADERS_ONLY,
        }),
      );

const MESSAGES: Readonly<Record<CodexStatusAnswer['state'], string>> = {
  connected: 'Codex sends its requests to this gateway.',
  not_connected: 'Codex has a configuration, which does not name this gateway: run the command below.',
  changed:
    'init-codex pointed Codex at a gateway, but its configuration was changed since: run the command below again.',
  elsewhere: 'Codex is told to send its requests elsewhere: run the command below to send them here.',
  invalid_config: 'Codex cannot use its configuration as it is: repair it first.',
  no_config: 'Codex has no configuration yet: run the command below.',
};

const chooseState = (
  resolved: ResolvedConfig,
  { url }: InspectCodexDeps,
  edit: ConfigEdit | undefined,
): CodexStatusAnswer['state'] => {
  const target = targetOf(resolved);
  if (resolved.problems.some(({ state }) => state === 'failed')) return 'invalid_config';
  if (isThisGateway(target, url)) return 'connected';
  if (edit) return 'changed';
  return target === OPENAI ? 'not_connected' : 'elsewhere';
};

const explain = (error: unknown): string =>
  error instanceof GatewayError || error instanceof Error ? error.message : String(error);

/** Reads Codex's configuration, and says what `init-codex` would do to it; changes nothing. */
export const inspectCodex = async (deps: InspectCodexDeps): Promise<CodexConfigState> => {
  const { codexHome, dataDir, url, isGuarded } = deps;
  const wanted = wantProvider({
    id: PROVIDER_ID,
    baseUrl: `${url}/v1`,
    auth: { kind: 'key', envKey: KEY_VARIABLE },
    model: undefined,
    isDefault: true,
  });
  const key = isGuarded ? '$GOMODEL_MASTER_KEY' : `\${${KEY_VARIABLE}:-unused}`;
  const shown = {
    block: planEdit('', wanted, 'config.toml').text,
    command: COMMAND,
    exports: [`export ${KEY_VARIABLE}="${key}"`],
  };
  if (codexHome === undefined) {
    return {
      ...shown,
      state: 'no_config',
      message: 'The location of Codex’s configuration is not known.',
      config_path: '',
      config_found: false,
      diff: diffOf('config.toml', '', shown.block),
      problems: [],
    };
  }
  const path = configFileOf(codexHome, undefined);
  const base = { ...shown, config_path: path, config_found: true };
  try {
    const file = await loadConfigFile(path);
    const plan = planEdit(file.text, wanted, path);
    const diff = diffOf(path, file.text, plan.text);
    if (!file.existed) {
      return {
        ...base,
        config_found: false,
        state: 'no_config',
        message: MESSAGES.no_config,
        diff,
        problems: [],
      };
    }
    const resolved = resolveConfig({ config: file.text, path }, undefined);
    const target = targetOf(resolved);
    const journal = (await openState<ConfigEdit>(dataDir)).edits;
    const state = chooseState(resolved, deps, await findEdit(journal, file.path).catch(() => undefined));
    return {
      ...base,
      state,
      message: MESSAGES[state],
      ...(target === undefined ? {} : { resolves_to: showUrl(target) }),
      // Connected in a way of its own (--builtin, --auth chatgpt), it needs no block of the default's.
      diff: state === 'connected' ? '' : diff,
      problems: resolved.problems.map(({ message, remedy }) => hideSecrets(`${message}. ${remedy}`)),
    };
  } catch (error) {
    return {
      ...base,
      state: 'invalid_config',
      message: MESSAGES.invalid_config,
      diff: '',
      problems: [explain(error)],
    };
  }
};

/** The model that Codex's configuration names; undefined where it names none, or cannot be read. */
export const readCodexModel = async (codexHome: string | undefined): Promise<string | undefined> => {
  if (codexHome === undefined) return undefined;
  const path = configFileOf(codexHome, undefined);
  const file = await loadConfigFile(path).catch(() => undefined);
  try {
    return file?.existed ? resolveConfig({ config: file.text, path }, undefined).model : undefined;
  } catch {
    return undefined;
  }
};
