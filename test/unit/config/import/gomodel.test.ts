import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  importGomodelFile,
  importGomodelVariables,
} from '../../../../src/config/import/gomodel/import-gomodel.ts';
import type { Imported } from '../../../../src/config/import/remark.ts';

/** A variable as our file refers to it. */
const ref = (name: string): string => `\${${name}}`;

const shown = ({ yaml, remarks, variables }: Imported) => ({
  yaml,
  content: parse(yaml),
  variables,
  told: remarks.map((one) => `${one.place} ${one.setting}: ${one.text}`),
});

const FILE = `
server: { port: "8081", master_key: gm-secret, body_size_limit: 10M, base_path: /g, swagger_enabled: false }
models: { keep_only_aliases_at_models_endpoint: true }
virtual_models:
  - { source: regular, target: anthropic/claude-sonnet-4-6, description: x }
  - source: smart
    strategy: adaptive
    targets: [{ model: openai/gpt-4o, weight: 2 }, { model: claude-sonnet-4-6, provider: anthropic }]
  - { source: off, target: x, enabled: false }
  - { source: only-policy, user_paths: [/a] }
storage: { type: sqlite, sqlite: { path: data/gomodel.db } }
logging: { enabled: true, log_bodies: false, retention_days: 0, buffer_size: 5 }
budgets:
  user_paths: [{ path: /team/a, limits: [{ period: daily, amount: 10 }] }]
rate_limits:
  user_paths: [{ path: /team/a, limits: [{ period: minute, max_requests: 100, max_tokens: 5000 }, { period: concurrent, max_requests: 10 }] }]
  providers: [{ name: openai, limits: [{ period_seconds: 86400, max_requests: 500 }] }]
  models: [{ model: openai/gpt-4o, limits: [{ period: minute, max_tokens: 900 }] }]
resilience:
  retry: { max_retries: 3, initial_backoff: 1s, max_backoff: 30s }
  circuit_breaker: { failure_threshold: 5, timeout: 1m30s }
http: { stream_idle_timeout: 300 }
mcp: { servers: { a: { url: "https://mcp.example" } } }
providers:
  openai: { type: openai, api_key: sk-live-secret, api_keys: ["\${OPENAI_API_KEY_2}"], proxy_url: "http://proxy:3128" }
  anthropic: { api_key: "\${ANTHROPIC_API_KEY:-sk-ant-default}" }
  lmstudio: { type: openai, base_url: "http://localhost:1234/v1" }
  bailian: { type: bailian, api_key: "\${BAILIAN_API_KEY}" }
  ollama: { type: ollama }
  nippur:
    type: ollama
    base_url: http://127.0.0.1:8080/v1
    models: [{ id: glm, metadata: { context_window: 131072, pricing: { input_per_mtok: 1 } } }, gemma]
  chatgpt: { type: chatgpt, api_key: "\${X}" }
`;

describe("GoModel's file", () => {
  it('becomes ours, section by section', () => {
    const { content, variables } = shown(importGomodelFile(FILE, 'config.yaml'));
    expect(content).toEqual({
      providers: {
        openai: { api_key: ref('OPENAI_API_KEY'), proxy: 'http://proxy:3128' },
        anthropic: { api_key: ref('ANTHROPIC_API_KEY') },
        lmstudio: { base_url: 'http://localhost:1234/v1' },
        bailian: {
          type: 'alibaba',
          base_url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
          api_key: ref('BAILIAN_API_KEY'),
        },
        ollama: {},
        nippur: {
          type: 'ollama',
          base_url: 'http://127.0.0.1:8080/v1',
          models: [{ id: 'glm', context_window: 131_072 }, 'gemma'],
        },
      },
      virtual_models: [
        { source: 'regular', target: 'anthropic/claude-sonnet-4-6' },
        {
          source: 'smart',
          targets: [{ model: 'openai/gpt-4o', weight: 2 }, { model: 'anthropic/claude-sonnet-4-6' }],
        },
      ],
      failover: {
        attempts: 4,
        initial_backoff: '1s',
        max_backoff: '30s',
        breaker_failures: 5,
        breaker_pause: '90s',
      },
      rate_limits: {
        user_paths: [{ path: '/team/a', rpm: 100, tpm: 5000, concurrent: 10 }],
        providers: [
          { provider: 'openai', rpd: 500 },
          { provider: 'openai', model: 'gpt-4o', tpm: 900 },
        ],
      },
      budgets: { user_paths: [{ path: '/team/a', limits: [{ period: 'daily', amount: 10 }] }] },
      server: {
        port: '8081',
        master_key: ref('GOMODEL_MASTER_KEY'),
        body_size_limit: '10M',
        keep_only_aliases: true,
        stream_stall_timeout: '300s',
      },
      logging: { log_bodies: false, retention_days: 36_500 },
    });
    expect(variables).toEqual([
      'OPENAI_API_KEY',
      'ANTHROPIC_API_KEY',
      'BAILIAN_API_KEY',
      'GOMODEL_MASTER_KEY',
    ]);
  });

  it('has no secret in the result, and what is left out is told with its line', () => {
    const { yaml, told } = shown(importGomodelFile(FILE, 'config.yaml'));
    for (const secret of ['gm-secret', 'sk-live-secret', 'sk-ant-default']) {
      expect(yaml + told.join()).not.toContain(secret);
    }
    expect(told.map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      'config.yaml:2 server.master_key',
      'config.yaml:2 server.base_path',
      'config.yaml:7 virtual_models[1].strategy',
      'config.yaml:9 virtual_models[2]',
      'config.yaml:10 virtual_models[3]',
      'config.yaml:23 mcp',
      'config.yaml:25 providers.openai.api_key',
      'config.yaml:25 providers.openai.api_keys[0]',
      'config.yaml:26 providers.anthropic.api_key',
      'config.yaml:33 providers.nippur.models[0].metadata.pricing',
      'config.yaml:34 providers.chatgpt',
    ]);
  });
});

describe("GoModel's variables", () => {
  it('become ours, with keys as references, and those that mean the same stay', () => {
    const { content, told, yaml } = shown(
      importGomodelVariables(
        [
          'PORT=8081',
          'export OPENAI_API_KEY=sk-1-secret',
          'OPENAI_API_KEY_2=sk-2-secret',
          'OPENAI_EAST_API_KEY=sk-3-secret',
          'OPENAI_EAST_BASE_URL=https://east.example/v1',
          'GROQ_API_KEY=gsk-secret',
          'GROQ_MODELS=a, b',
          'OPENAI_PROXY_URL=socks5://user:pass-secret@host:1080',
          'KIMICODE_API_KEY=kimi-secret',
          'RETRY_MAX_RETRIES=20',
          'SET_BUDGET_TEAM__A="daily=10"',
          'VIRTUAL_MODELS=[{"source":"smart","targets":[{"model":"openai/gpt-4o","weight":2}]}]',
          'STREAM_STALL_TIMEOUT=60',
        ].join('\n'),
        '.env',
      ),
    );
    expect(yaml + told.join()).not.toContain('secret');
    expect(content).toEqual({
      providers: {
        openai: { api_key: ref('OPENAI_API_KEY'), proxy: ref('OPENAI_PROXY_URL') },
        'openai-east': {
          type: 'compatible',
          base_url: 'https://east.example/v1',
          api_key: ref('OPENAI_EAST_API_KEY'),
        },
        groq: { api_key: ref('GROQ_API_KEY'), models: ['a', 'b'] },
        kimicode: {
          type: 'compatible',
          base_url: 'https://api.kimi.com/coding/v1',
          api_key: ref('KIMICODE_API_KEY'),
        },
      },
      virtual_models: [{ source: 'smart', targets: [{ model: 'openai/gpt-4o', weight: 2 }] }],
      failover: { attempts: 10 },
      server: { port: '8081' },
    });
    expect(told).toEqual([
      '.env:3 OPENAI_API_KEY_2: it stays a variable, and means the same here',
      '.env:11 SET_BUDGET_TEAM__A: it stays a variable, and means the same here',
      '.env:13 STREAM_STALL_TIMEOUT: it has no counterpart here and is left out',
    ]);
  });
});

describe("proxies and retries of GoModel's file", () => {
  const read = (text: string) => shown(importGomodelFile(text, 'config.yaml'));

  it('are carried over, by the names of networks as well', () => {
    const { content, told } = read('server: { trusted_proxies: [private, "203.0.113.7"], trusted_hops: 2 }');
    expect(content).toEqual({ server: { trusted_proxies: 'private, 203.0.113.7' } });
    expect(told).toEqual([expect.stringContaining('server.trusted_hops: hops are not counted')]);
    const variables = shown(importGomodelVariables('TRUSTED_PROXIES=10.0.0.0/8,::1', '.env'));
    expect(variables.content).toEqual({ server: { trusted_proxies: '10.0.0.0/8,::1' } });
  });

  it.each(['["0.0.0.0/0"]', '[10.0.0.0/8, nobody]'])('are left out, in words, where they are %s', (list) => {
    const { content, told } = read(`server: { port: 1, trusted_proxies: ${list} }`);
    expect(content).toEqual({ server: { port: 1 } });
    expect(told).toEqual([expect.stringContaining('name your proxies in TRUSTED_PROXIES')]);
  });

  it('of providers that agree hold for all', () => {
    const providers = (other: number) =>
      `providers:
  openai: { api_key: "\${A}", resilience: { retry: { max_retries: 4 } } }
  anthropic: { api_key: "\${B}", resilience: { retry: { max_retries: ${other} } } }`;
    expect(read(providers(4)).content).toMatchObject({ failover: { attempts: 5 } });
    expect(read(providers(4)).told).toEqual([]);
    expect(read(providers(5)).content).not.toHaveProperty('failover');
    expect(read(providers(5)).told).toHaveLength(2);
  });
});
