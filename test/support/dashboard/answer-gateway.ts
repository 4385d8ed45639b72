import type { CodexStatusAnswer, DoctorAnswer } from '../../../src/admin/api-types/codex.ts';
import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import type { DashboardConfigAnswer, ProviderStatus } from '../../../src/admin/api-types/gateway.ts';
import type { FixtureExchange } from './fixture-exchange.ts';
import { groupBy } from './sum-usage.ts';

const BLOCK = `model_provider = "gomodel"

[model_providers.gomodel]
name = "GoModel"
base_url = "http://localhost:8080/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`;

const DIFF = `--- ~/.codex/config.toml
+++ ~/.codex/config.toml (after init-codex)
@@ -1,6 +1,13 @@
 # mine
 model = "gpt-5.5"
+model_provider = "gomodel"

 [projects."/home/ada/ledger"]
 trust_level = "trusted"
+
+[model_providers.gomodel]
+name = "GoModel"
+base_url = "http://localhost:8080/v1"
+env_key = "OPENAI_API_KEY"
+wire_api = "responses"
`;

export const answerConfig = (authRequired: boolean, startedAtMs: number): DashboardConfigAnswer => ({
  version: '0.1.0',
  base_url: 'http://localhost:8080/v1',
  upstream: 'api.openai.com',
  started_at: new Date(startedAtMs - 5 * 3_600_000).toISOString(),
  data_dir: '~/.gomodel-ts',
  auth_required: authRequired,
  demo: false,
  cache_loss_notice: 0.25,
  log_bodies: true,
  retention_days: 30,
  max_disk_bytes: 2 * 2 ** 30,
  disk_bytes: 214 * 2 ** 20,
  timezone: 'UTC',
  features: { doctor: true, export: ['jsonl', 'har', 'html'] },
  lost: { lines: 0, bodies: 0 },
  interrupted: 0,
});

export const answerProviders = (): ProviderStatus[] => [
  {
    name: 'openai',
    base_url: 'https://api.openai.com/v1',
    key_source: 'OPENAI_API_KEY',
    status: 'ok',
    requests_24h: 212,
    failed_24h: 4,
    keys: [
      { name: 'OPENAI_API_KEY', state: 'ok', requests: 180, refused: 0, last_status: 200 },
      { name: 'OPENAI_API_KEY_2', state: 'limited', requests: 32, refused: 4, last_status: 429 },
    ],
  },
];

export const answerCodex = (
  exchanges: readonly FixtureExchange[],
  connected: boolean,
): CodexStatusAnswer => ({
  state: connected ? 'connected' : 'not_connected',
  message: connected
    ? 'Codex sends its requests to this gateway.'
    : 'Codex is installed, but its config does not name this gateway: run the command below.',
  config_path: '~/.codex/config.toml',
  config_found: true,
  ...(connected ? { resolves_to: 'http://localhost:8080/v1' } : { resolves_to: 'https://api.openai.com/v1' }),
  block: BLOCK,
  command: 'npx gomodel-ts init-codex',
  exports: ['export OPENAI_API_KEY="$GOMODEL_MASTER_KEY"'],
  diff: connected ? '' : DIFF,
  problems: connected
    ? []
    : ['OPENAI_API_KEY in the shell is not the master key: Codex would be refused (401).'],
  clients: [
    ...groupBy(
      exchanges.map(({ entry }) => entry),
      ({ client }) => `${client.name}/${client.version}`,
    ),
  ]
    .map(([, entries]) => {
      const last = entries.at(-1) as AuditEntry;
      return {
        name: last.client.name ?? '',
        ...(last.client.version ? { version: last.client.version } : {}),
        requests: entries.length,
        encodings: [...new Set(entries.map(({ request }) => request.encoding ?? 'plain'))],
        transports: [...new Set(entries.map(({ transport }) => transport))],
        last,
      };
    })
    .sort((left, right) => (left.last.id < right.last.id ? 1 : -1)),
});

export const answerDoctor = (): DoctorAnswer => ({
  ok: false,
  duration_ms: 1840,
  steps: [
    { name: 'Gateway', state: 'ok', message: 'answers on http://localhost:8080', ms: 2 },
    { name: 'Keys', state: 'ok', message: 'the gateway’s key and the provider’s are different', ms: 0 },
    { name: 'Upstream', state: 'ok', message: 'api.openai.com accepts the key', ms: 182 },
    {
      name: 'Responses over HTTP, zstd',
      state: 'ok',
      message: 'streamed 31 events and one tool call',
      ms: 1204,
    },
    {
      name: 'Responses over WebSocket',
      state: 'failed',
      message: 'the upstream closed the connection (1011)',
      remedy: 'Codex falls back to HTTP by itself. To silence it, start the gateway with WEBSOCKETS=off.',
      ms: 452,
    },
  ],
});
