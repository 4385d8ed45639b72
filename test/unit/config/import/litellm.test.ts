import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importLitellm } from '../../../../src/config/import/litellm/import-litellm.ts';

/** A variable as our file refers to it. */
const ref = (name: string): string => `\${${name}}`;

const imported = (text: string) => {
  const { yaml, remarks, variables } = importLitellm(text, 'config.yaml');
  return {
    yaml,
    content: parse(yaml),
    variables,
    told: remarks.map((one) => `${one.place} ${one.setting}: ${one.text}`),
  };
};

const BALANCED = `
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://eu.openai.azure.com/
      api_key: os.environ/AZURE_API_KEY_EU
      api_version: "2024-10-21"
      rpm: 6
  - model_name: gpt-4o
    litellm_params: { model: azure/gpt-4o-ca, api_base: "https://ca.openai.azure.com/", api_key: os.environ/AZURE_API_KEY_CA, rpm: 12 }
  - model_name: sonnet
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: sk-ant-secret, temperature: 0.2 }
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 2
  cooldown_time: 30
  model_group_alias: { gpt-4: gpt-4o }
  redis_host: localhost
  redis_password: hunter2
litellm_settings:
  fallbacks: [{ sonnet: [gpt-4o] }]
  drop_params: true
  max_budget: 100
  budget_duration: 30d
  success_callback: [prometheus, langfuse]
general_settings:
  master_key: sk-1234
  database_url: postgres://user:hunter2@host/db
  frobnicate: true
`;

describe("LiteLLM's configuration", () => {
  it('becomes providers, aliases with weights, fallbacks, limits and budgets', () => {
    const { content, variables } = imported(BALANCED);
    expect(content).toEqual({
      providers: {
        'azure-eu': {
          base_url: 'https://eu.openai.azure.com/',
          api_key: ref('AZURE_API_KEY_EU'),
          api_version: '2024-10-21',
          type: 'azure',
          models: ['gpt-4o-eu'],
        },
        'azure-ca': {
          type: 'azure',
          base_url: 'https://ca.openai.azure.com/',
          api_key: ref('AZURE_API_KEY_CA'),
          models: ['gpt-4o-ca'],
        },
        anthropic: { api_key: ref('ANTHROPIC_API_KEY') },
      },
      aliases: {
        'gpt-4o': {
          targets: [
            { model: 'azure-eu/gpt-4o-eu', weight: 6 },
            { model: 'azure-ca/gpt-4o-ca', weight: 12 },
          ],
        },
        sonnet: { model: 'anthropic/claude-sonnet-4-5', fallbacks: ['gpt-4o'] },
        'gpt-4': 'gpt-4o',
      },
      failover: { attempts: 3, breaker_pause: '30s' },
      rate_limits: {
        providers: [
          { provider: 'azure-eu', model: 'gpt-4o-eu', rpm: 6 },
          { provider: 'azure-ca', model: 'gpt-4o-ca', rpm: 12 },
        ],
      },
      budgets: { user_paths: [{ path: '/', limits: [{ amount: 100, period_seconds: 2_592_000 }] }] },
      server: { master_key: ref('GOMODEL_MASTER_KEY') },
      metrics: { enabled: true },
    });
    expect(variables).toEqual([
      'AZURE_API_KEY_EU',
      'AZURE_API_KEY_CA',
      'ANTHROPIC_API_KEY',
      'GOMODEL_MASTER_KEY',
    ]);
  });

  it('leaves no secret in the result or in what is said of it', () => {
    const { yaml, told } = imported(BALANCED);
    for (const secret of ['sk-ant-secret', 'sk-1234', 'hunter2']) {
      expect(yaml).not.toContain(secret);
      expect(told.join('\n')).not.toContain(secret);
    }
  });

  it('names every setting without a counterpart, with its line and what to do', () => {
    const { told } = imported(BALANCED);
    expect(told.map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      'config.yaml:13 model_list[2].litellm_params.api_key',
      'config.yaml:13 model_list[2].litellm_params.temperature',
      'config.yaml:19 router_settings.redis_host',
      'config.yaml:20 router_settings.redis_password',
      'config.yaml:26 litellm_settings.success_callback',
      'config.yaml:28 general_settings.master_key',
      'config.yaml:29 general_settings.database_url',
      'config.yaml:30 general_settings.frobnicate',
    ]);
    expect(told[2]).toMatch(/STORAGE_TYPE=postgresql/);
    expect(told.at(-1)).toMatch(/no counterpart/);
  });

  it.each<[string, string, unknown]>([
    ['openai/gpt-4o', '', { openai: { api_key: ref('OPENAI_API_KEY') } }],
    ['gpt-4o', '', { openai: { api_key: ref('OPENAI_API_KEY') } }],
    ['openai/responses/gpt-5', '', { openai: { api_key: ref('OPENAI_API_KEY') } }],
    ['groq/llama-3.3-70b', '', { groq: { api_key: ref('GROQ_API_KEY') } }],
    ['together_ai/meta/llama', '', { together: { api_key: ref('TOGETHERAI_API_KEY:-') } }],
    ['ollama_chat/llama3', '', { ollama: { base_url: ref('OLLAMA_API_BASE:-http://localhost:11434/v1') } }],
    ['ollama/llama3', 'api_base: http://gpu:11434', { ollama: { base_url: 'http://gpu:11434' } }],
    [
      'hosted_vllm/qwen',
      'api_base: http://gpu:8000/v1',
      { vllm: { base_url: 'http://gpu:8000/v1', api_key: ref('HOSTED_VLLM_API_KEY:-') } },
    ],
    [
      'openai/qwen3',
      'api_base: http://gpu:8001/v1, api_key: none',
      { 'gpu-8001': { type: 'compatible', base_url: 'http://gpu:8001/v1', models: ['qwen3'] } },
    ],
    [
      'perplexity/sonar',
      'api_key: os.environ/PPLX_KEY',
      {
        perplexity: {
          type: 'compatible',
          base_url: 'https://api.perplexity.ai',
          api_key: ref('PPLX_KEY'),
          models: ['sonar'],
        },
      },
    ],
    ['bedrock/converse/amazon.nova', '', { bedrock: { models: ['amazon.nova'] } }],
    [
      'anthropic/claude-x',
      'extra_headers: { x-team: blue, x-api-token: secret-token }',
      {
        anthropic: {
          api_key: ref('ANTHROPIC_API_KEY'),
          headers: { 'x-team': 'blue', 'x-api-token': ref('ANTHROPIC_X_API_TOKEN') },
        },
      },
    ],
  ])('reads %s { %s }', (model, more, providers) => {
    const params = `{ model: ${model}${more === '' ? '' : `, ${more}`} }`;
    const { content } = imported(`model_list:\n  - { model_name: a, litellm_params: ${params} }\n`);
    expect(content.providers).toEqual(providers);
    expect(content.aliases.a).toMatch(/^[\w-]+\/\S+$/);
  });

  it('takes shared credentials, an order of targets, facts of models and names for all of a provider', () => {
    const { content, told } = imported(`
model_list:
  - model_name: a
    litellm_params: { model: openai/one, litellm_credential_name: shared, order: 2 }
    model_info: { max_input_tokens: 1000, supports_vision: false, mode: chat }
  - model_name: a
    litellm_params: { model: groq/two, order: 1 }
  - model_name: "*"
    litellm_params: { model: groq/* }
credential_list:
  - credential_name: shared
    credential_values: { api_key: os.environ/SHARED_KEY, api_base: "https://llm.example/v1" }
    credential_info: { description: x }
`);
    expect(content.default_provider).toBe('groq');
    expect(content.providers['llm-example']).toEqual({
      type: 'compatible',
      base_url: 'https://llm.example/v1',
      api_key: ref('SHARED_KEY'),
      models: [{ id: 'one', context_window: 1000, modalities: ['text'] }],
    });
    expect(content.aliases.a).toEqual({
      strategy: 'failover',
      targets: [{ model: 'groq/two' }, { model: 'llm-example/one' }],
    });
    expect(told).toEqual([]);
  });

  it('takes trusted proxies and retries that the models agree on', () => {
    const models = (other: number) => `
model_list:
  - { model_name: a, litellm_params: { model: groq/one, num_retries: 2 } }
  - { model_name: b, litellm_params: { model: groq/two, max_retries: ${other} } }
general_settings: { use_x_forwarded_for: true, mcp_trusted_proxy_ranges: ["10.0.0.0/8", "fd00::/8"] }
`;
    const agreed = imported(models(2));
    expect(agreed.content).toMatchObject({
      failover: { attempts: 3 },
      server: { trusted_proxies: '10.0.0.0/8, fd00::/8' },
    });
    expect(agreed.told).toEqual([]);
    const other = imported(models(5));
    expect(other.content).not.toHaveProperty('failover');
    expect(other.told).toHaveLength(2);
    const unused = imported(models(2).replace('use_x_forwarded_for: true, ', ''));
    expect(unused.content).not.toHaveProperty('server');
    const alone = imported('general_settings: { use_x_forwarded_for: true }\n');
    expect(alone.told).toEqual([expect.stringContaining('name your proxies in TRUSTED_PROXIES')]);
  });

  it('says which models nobody here can reach', () => {
    const { content, told } = imported(
      'model_list:\n  - { model_name: a, litellm_params: { model: replicate/x } }\n  - { model_name: b }\n',
    );
    expect(content).toEqual({});
    expect(told).toEqual([
      expect.stringMatching(/^config.yaml:2 model_list\[0\].litellm_params.model: no provider of this kind/),
      expect.stringMatching(/^config.yaml:3 model_list\[1\]: it has no model_name, or no/),
    ]);
  });

  it.each([
    [
      'references of references',
      `a: &a [x]\n${'bcdefghi'
        .split('')
        .map((key, place) => `${key}: &${key} [${`*${'abcdefgh'[place]}, `.repeat(9)}]`)
        .join('\n')}\n`,
    ],
    ['a circle of references', 'model_list: &a [*a]\n'],
    ['depth', `model_list: ${'['.repeat(30_000)}`],
    ['size', `x: ${'y'.repeat(70_000)}`],
    ['a list', '- a\n'],
    ['no YAML', 'a: [\n'],
  ])('refuses %s, soon and in words', (_what, text) => {
    expect(() => importLitellm(text, 'config.yaml')).toThrow(
      expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining('config.yaml') }),
    );
  });
});
