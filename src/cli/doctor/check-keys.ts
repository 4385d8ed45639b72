import type { ResolvedConfig } from '../../codex/edit/resolve-config.ts';
import type { Environment } from '../../config/data-dir.ts';
import { canAskDefault, type GatewayConfig } from '../../config/load-config.ts';
import type { Step } from '../../probe/step.ts';
import type { RunningGateway } from '../ask-health.ts';
import { findGatewayKey } from './find-key.ts';

export interface CheckKeysInput {
  readonly config: GatewayConfig;
  readonly running: RunningGateway | undefined;
  readonly resolved: ResolvedConfig | undefined;
  /** With the variables of `.env`. */
  readonly env: Environment;
  readonly isDemo: boolean;
}

const NAME = 'Keys';

const step = (state: Step['state'], message: string, remedy?: string): Step => ({
  name: NAME,
  state,
  message,
  ...(remedy !== undefined && { remedy }),
});

/** What a Codex of this shell would send to a guarded gateway, against what that takes. */
const checkSent = ({ resolved, env }: CheckKeysInput, masterKey: string): Step | undefined => {
  const auth = resolved?.auth;
  const variable =
    auth?.kind === 'env' ? auth.variable : auth?.kind === 'sign-in' ? auth.keyVariable : 'OPENAI_API_KEY';
  if (variable === undefined || env[variable] === masterKey) return undefined;
  const isConfigured = auth?.kind === 'env' || auth?.kind === 'sign-in';
  if (!env[variable]) {
    if (!isConfigured) return undefined;
    const message = `${variable} is not set, which Codex is to send: from this shell it would fail`;
    return step('warning', message, `Set ${variable} to the key of the gateway where Codex is started.`);
  }
  return step(
    'warning',
    `${variable} is not the master key: from this shell, Codex would be refused`,
    `In the shell that starts Codex: export ${variable}="$GOMODEL_MASTER_KEY". The provider's key belongs to the shell that starts the gateway.`,
  );
};

const checkProviderKey = ({ config, isDemo }: CheckKeysInput): Step => {
  const { apiKeyOrigin, apiKey } = config.upstream;
  if (isDemo) return step('ok', 'no key is needed for the demo');
  if (apiKey !== undefined) return step('ok', `the provider's is in ${apiKeyOrigin}`);
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
    const sent = masterKey === undefined ? undefined : checkSent(input, masterKey);
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
  if (!running.isGuarded) return { steps: [step('ok', 'the gateway asks for none')], key: found.key };
  const sent = checkSent(input, found.key);
  const taken = step('ok', `the gateway takes the one in ${found.variable}`);
  return { steps: sent ? [taken, sent] : [taken], key: found.key };
};
