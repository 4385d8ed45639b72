import type { ResolvedConfig } from '../../codex/edit/resolve-config.ts';
import type { CodexSignIn } from '../../codex/run/read-sign-in.ts';
import type { Environment } from '../../config/data-dir.ts';
import { canAskDefault, defaultProviderOf, type GatewayConfig } from '../../config/load-config.ts';
import type { Step } from '../../probe/step.ts';
import type { RunningGateway } from '../ask-health.ts';
import { findGatewayKey } from './find-key.ts';

export interface CheckKeysInput {
  readonly config: GatewayConfig;
  readonly running: RunningGateway | undefined;
  readonly resolved: ResolvedConfig | undefined;
  /** With the variables of `.env`. */
  readonly env: Environment;
  /** Of this shell alone: all that Codex would see. */
  readonly shellEnv: Environment;
  /** How Codex is signed in; absent where that is not known. */
  readonly signIn: CodexSignIn | undefined;
  readonly isDemo: boolean;
}

const NAME = 'Keys';

const step = (state: Step['state'], message: string, remedy?: string): Step => ({
  name: NAME,
  state,
  message,
  ...(remedy !== undefined && { remedy }),
});

/** What Codex itself refuses to start with, in this shell: whatever the gateway asks for. */
const checkStart = ({ resolved, shellEnv, signIn }: CheckKeysInput): Step | undefined => {
  const auth = resolved?.auth;
  if (auth?.kind === 'env' && !shellEnv[auth.variable]) {
    return step(
      'failed',
      `${auth.variable} is not set in this shell: Codex ends with "Missing environment variable: ${auth.variable}"`,
      `In the shell that starts Codex: export ${auth.variable}="$GOMODEL_MASTER_KEY" (any value, where the gateway asks for no key).`,
    );
  }
  // Without a base URL it is not our gateway that Codex asks.
  if (auth?.kind === 'sign-in' && signIn === 'none' && resolved?.baseUrl !== undefined) {
    return step('failed', 'Codex is to send its sign-in, and is not signed in', 'Run `codex login`.');
  }
  return undefined;
};

/** What a Codex of this shell would send to a guarded gateway, against what that takes. */
const checkSent = ({ resolved, shellEnv }: CheckKeysInput, masterKey: string): Step | undefined => {
  const auth = resolved?.auth;
  const isConfigured = resolved?.baseUrl !== undefined && (auth?.kind === 'env' || auth?.kind === 'sign-in');
  const variable =
    auth?.kind === 'env' ? auth.variable : auth?.kind === 'sign-in' ? auth.keyVariable : 'OPENAI_API_KEY';
  if (variable === undefined || shellEnv[variable] === masterKey) return undefined;
  const state = isConfigured ? 'failed' : 'warning';
  if (!shellEnv[variable]) {
    if (!isConfigured) return undefined;
    const message = `${variable} is not set in this shell, and Codex is to send it: the gateway would refuse Codex`;
    return step(state, message, `Set ${variable} to the key of the gateway where Codex is started.`);
  }
  return step(
    state,
    `${variable} is not the master key: from this shell, Codex would be refused`,
    `In the shell that starts Codex: export ${variable}="$GOMODEL_MASTER_KEY". The provider's key belongs to the shell that starts the gateway.`,
  );
};

const checkProviderKey = ({ config, isDemo }: CheckKeysInput): Step => {
  const { apiKeyOrigin, apiKey } = config.upstream;
  if (isDemo) return step('ok', 'no key is needed for the demo');
  if (apiKey !== undefined) return step('ok', `the provider's is in ${apiKeyOrigin}`);
  const { ambient, apiKeyOrigin: ambientOrigin } = defaultProviderOf(config);
  if (ambient) return step('ok', `the provider's credential is from ${ambientOrigin}`);
  if (canAskDefault(config)) return step('ok', `${config.defaultProvider} asks for none`);
  if (config.chatgpt.login === 'passthrough') {
    return step('ok', 'no key for a provider: ChatGPT sign-ins are sent on, requests with a key are refused');
  }
  return step(
    'warning',
    'no key for a provider',
    'Set OPENAI_API_KEY, or the key of another provider, in the shell that starts the gateway.',
  );
};

/** The key of the gateway and the key at the provider: there, different, and in the right hands. */
export const checkKeys = async (
  input: CheckKeysInput,
): Promise<{ steps: readonly Step[]; key: string | undefined }> => {
  const { config, running, resolved, env } = input;
  const { masterKey } = config;
  const notices = config.notices.map((notice) => step('warning', notice));
  if (!running) {
    const sent = checkStart(input) ?? (masterKey === undefined ? undefined : checkSent(input, masterKey));
    return { steps: [...notices, ...(sent ? [sent] : []), checkProviderKey(input)], key: masterKey };
  }
  const found = await findGatewayKey(running, resolved, env);
  if (!found) {
    const has =
      masterKey === undefined ? 'GOMODEL_MASTER_KEY is not set here' : 'GOMODEL_MASTER_KEY is not its key';
    const remedy = 'Set GOMODEL_MASTER_KEY to the key that the gateway was started with.';
    return {
      steps: [step('failed', `the gateway at ${running.url} is guarded, and ${has}`, remedy)],
      key: undefined,
    };
  }
  const start = checkStart(input);
  if (!running.isGuarded) {
    return { steps: [step('ok', 'the gateway asks for none'), ...(start ? [start] : [])], key: found.key };
  }
  const sent = start ?? checkSent(input, found.key);
  const taken = step('ok', `the gateway takes the one in ${found.variable}`);
  return { steps: sent ? [taken, sent] : [taken], key: found.key };
};
