import type { CodexRun } from '../support/codex/run-codex.ts';
import type { GatewayProcess } from '../support/gateway/start-gateway.ts';

/** The provider id of the blocks below, as `init-codex` names it. */
const PROVIDER_ID = 'gomodel';

/** Codex repeats a failed request up to five times with pauses; here the first answer is of interest. */
export const NO_RETRIES = [
  '-c',
  `model_providers.${PROVIDER_ID}.request_max_retries=0`,
  '-c',
  `model_providers.${PROVIDER_ID}.stream_max_retries=0`,
];

/** A provider that takes its key from the environment. */
export const keyProvider = (baseUrl: string): string => `
model_provider = "${PROVIDER_ID}"

[model_providers.${PROVIDER_ID}]
name = "GoModel"
base_url = "${baseUrl}"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`;

/** A provider that keeps the ChatGPT sign-in and sends the gateway's key beside it. */
export const chatGptProvider = (baseUrl: string): string => `
model_provider = "${PROVIDER_ID}"

[model_providers.${PROVIDER_ID}]
name = "OpenAI"
base_url = "${baseUrl}"
wire_api = "responses"
requires_openai_auth = true
env_http_headers = { "X-GoModel-Key" = "GOMODEL_MASTER_KEY" }
`;

/** How Codex is pointed at a gateway with a key of that. */
type CodexWay = (gateway: GatewayProcess, key: string) => Omit<CodexRun, 'version' | 'prompt'>;

export const OVER_WEBSOCKET = 'over WebSocket';

export const CODEX_WAYS: readonly (readonly [name: string, run: CodexWay])[] = [
  ['with a key', ({ url }, key) => ({ configToml: keyProvider(url), env: { OPENAI_API_KEY: key } })],
  [
    // 0.113.0 speaks no WebSocket to providers of its user's own.
    OVER_WEBSOCKET,
    ({ url }, key) => ({
      configToml: `${keyProvider(url)}supports_websockets = true\n`,
      env: { OPENAI_API_KEY: key },
    }),
  ],
  [
    'signed in with ChatGPT',
    ({ url }, key) => ({
      signIn: 'chatgpt',
      configToml: chatGptProvider(url),
      env: { OPENAI_BASE_URL: url, GOMODEL_MASTER_KEY: key },
    }),
  ],
];
