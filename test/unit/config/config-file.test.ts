import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

const parse = (text: string, env: Record<string, string> = {}) => parseConfigFile(text, 'gomodel.yaml', env);
const load = (text: string, env: Record<string, string> = {}, dotenv: Record<string, string> = {}) =>
  loadConfig({ flags: {}, env, dotenv, dataDir: '/data', file: parse(text, { ...dotenv, ...env }) });

describe('the configuration file', () => {
  it('is weaker than .env, and stronger than the default', () => {
    const file = 'server:\n  port: 1234\nlogging:\n  log_bodies: false\n';
    expect(load(file)).toMatchObject({ port: 1234, logBodies: false, retentionDays: 30 });
    expect(load(file, {}, { PORT: '5678' }).port).toBe(5678);
  });

  it('limits people, providers and models, each in its scope and in order', () => {
    const file = `rate_limits:
  user_paths: [{ path: /team, rpm: 1 }]
  providers: [{ provider: openai, model: gpt-a, rpm: 2 }, { provider: groq, tpm: 3 }]
  models: [{ model: gpt-a, concurrent: 4 }]
`;
    expect(load(file).rateLimits.map(({ fields, origin }) => [fields.scope, origin])).toEqual([
      ['/team', 'gomodel.yaml:2'],
      ['provider:openai/gpt-a', 'gomodel.yaml:3'],
      ['provider:groq', 'gomodel.yaml:3'],
      ['model:gpt-a', 'gomodel.yaml:4'],
    ]);
  });

  it('may be empty', () => {
    expect(load('').port).toBe(8080);
    expect(load('# nothing yet\n').port).toBe(8080);
  });

  it('takes a key with nothing behind it for absent, and a provider for one of the environment', () => {
    const config = load('server:\n  port:\nlogging:\nproviders:\n  groq:\n', { GROQ_API_KEY: 'g' });
    expect(config).toMatchObject({ port: 8080, defaultProvider: 'groq', upstream: { apiKey: 'g' } });
  });

  it('takes a secret of digits as it is written', () => {
    expect(load('server: { master_key: 007 }\n').masterKey).toBe('007');
    expect(load('server: { master_key: 0x1F }\n').masterKey).toBe('0x1F');
    expect(load('server: { master_key: 12345678901234567890 }\n').masterKey).toBe('12345678901234567890');
  });

  it('does not follow references without end', () => {
    const bomb = ['a0: &a0 [x, x]'];
    for (let level = 1; level < 30; level++)
      bomb.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
    expect(() => load(bomb.join('\n'))).toThrow(expect.objectContaining({ code: 'invalid_config' }));
  });

  it('puts variables in where they are named, and their defaults where those are absent', () => {
    const file = `server:\n  port: \${GATEWAY_PORT:-9000}\n  master_key: "gm-\${SECRET}"\n`;
    expect(load(file, { SECRET: 's' })).toMatchObject({ port: 9000, masterKey: 'gm-s' });
    expect(load(file, { SECRET: '$&', GATEWAY_PORT: '7' })).toMatchObject({ port: 7, masterKey: 'gm-$&' });
    expect(load(`server:\n  master_key: "$\${A}"\n`).masterKey).toBe(`\${A}`);
  });

  it.each([
    ['server:\n  prot: 1\n', 'gomodel.yaml:2:3: unknown key "server.prot"'],
    ['sever: {}\n', 'gomodel.yaml:1:1: unknown key "sever"'],
    ['providers:\n  groq:\n    key: x\n', 'gomodel.yaml:3:5: unknown key "providers.groq.key"'],
    [
      'providers:\n  groq:\n    models:\n      - id: a\n        context: 5\n',
      'gomodel.yaml:5:9: unknown key "providers.groq.models.0.context"',
    ],
    ['aliases:\n  fast:\n    model: a\n    modle: b\n', 'gomodel.yaml:4:5: unknown key "aliases.fast.modle"'],
    [
      'aliases:\n  fast: { model: a, effort: huge }\n',
      'gomodel.yaml:2:21: aliases.fast.effort must be one of none, minimal',
    ],
    ['failover: { attempts: 0 }\n', 'gomodel.yaml:1:13: failover.attempts'],
    ['failover: { max_backoff: 10 }\n', 'gomodel.yaml:1:13: failover.max_backoff must be of the type string'],
    ['failover: { max_backoff: ten }\n', 'failover.max_backoff must be a duration such as 500ms or 10s'],
    [`server:\n  port: \${NOWHERE}\n`, 'gomodel.yaml:2:9: the variable NOWHERE is not set'],
    [`server:\n  port: \${1}\n`, `gomodel.yaml:2:9: \${1} is neither`],
    ['server: [1\n', 'gomodel.yaml:2:1: '],
    ['a: 1\na: 2\n', 'gomodel.yaml:2:1: Map keys must be unique'],
    ['- 1\n', 'gomodel.yaml:1:1: the file must be of the type object'],
    ['providers:\n  a/b: {}\n', 'gomodel.yaml:2:3: providers.a/b may have letters'],
    ['providers:\n  chatgpt: {}\n', 'is a name that the gateway has for itself'],
    ['server:\n  port: many\n', 'gomodel.yaml:2 "many" is not a port'],
    ['providers:\n  mine: { base_url: "http://x/v1" }\n', 'gomodel.yaml:2: the provider "mine" needs a type'],
    ['providers:\n  mine: { type: grok }\n', 'has the type "grok", which there is not. Types are: openai,'],
    ['providers:\n  azure: { api_key: k }\n', 'gomodel.yaml:2: the provider azure has no address'],
    ['default_provider: groq\n', 'gomodel.yaml:1 is "groq", which is not configured. Configured: openai.'],
  ])('refuses %j with the place and the reason', (file, message) => {
    expect(() => load(file)).toThrow(
      expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(message) }),
    );
  });

  it('says no value in a refusal: it could be a secret', () => {
    for (const file of [
      'providers:\n  groq:\n    api_key: [sk-secret]\n',
      'providers:\n  groq:\n    api_key: "sk-secret with spaces"\n',
      'server:\n  master_key: { sk-secret: 1 }\n',
    ]) {
      let message = '';
      try {
        load(file);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('gomodel.yaml:');
      expect(message).not.toContain('sk-secret');
    }
  });

  it('has providers, aliases and failover', () => {
    const config = load(
      `
default_provider: corp
providers:
  corp:
    type: compatible
    base_url: https://llm.corp.example/v1/
    api_key: \${CORP_KEY}
    headers: { X-Team: blue }
    native: [responses, chat]
    models:
      - small
      - { id: large, context_window: 200000, max_output_tokens: 32000, modalities: [text, image] }
  openai-east:
    base_url: https://east.example/v1
aliases:
  quick: corp/small
  fast: { model: groq/llama, effort: low, fallbacks: [corp/large] }
failover: { attempts: 2, initial_backoff: 1.5s, breaker_failures: 0 }
`,
      { CORP_KEY: 'k1', OPENAI_EAST_API_KEY: 'k2', OPENAI_EAST_MODELS: 'a, b' },
    );
    expect(config.defaultProvider).toBe('corp');
    expect(config.upstream).toMatchObject({ apiKey: 'k1', apiKeyOrigin: 'gomodel.yaml:7' });
    expect(config.providers).toMatchObject([
      {
        id: 'corp',
        spec: { id: 'compatible' },
        baseUrl: new URL('https://llm.corp.example/v1'),
        keyVariable: 'CORP_API_KEY',
        headers: { 'x-team': 'blue' },
        native: ['responses', 'chat'],
        models: [
          { id: 'small' },
          {
            id: 'large',
            contextWindow: 200_000,
            maxOutputTokens: 32_000,
            inputModalities: ['text', 'image'],
          },
        ],
      },
      {
        id: 'openai-east',
        spec: { id: 'openai' },
        baseUrl: new URL('https://east.example/v1'),
        apiKey: 'k2',
        apiKeyOrigin: 'OPENAI_EAST_API_KEY',
        models: [{ id: 'a' }, { id: 'b' }],
      },
    ]);
    expect(Object.fromEntries(config.aliases)).toEqual({
      quick: { model: 'corp/small', fallbacks: [] },
      fast: { model: 'groq/llama', effort: 'low', fallbacks: ['corp/large'] },
    });
    expect(config.failover).toEqual({
      attempts: 2,
      initialBackoffMs: 1500,
      maxBackoffMs: 10_000,
      breaker: { failures: 0, pauseMs: 30_000 },
    });
  });

  it('is taken as the documentation shows it', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../.github/docs/providers.md'), 'utf8');
    const example = /^```yaml\n(.*?)^```/ms.exec(page)?.[1] ?? '';
    const env = { OPENROUTER_API_KEY: 'o', GROQ_API_KEY: 'g' };
    expect(load(example, env)).toMatchObject({
      defaultProvider: 'openrouter',
      masterKey: undefined,
      failover: { attempts: 2 },
      notices: [],
    });
  });

  it('is told where an alias leads nowhere', () => {
    expect(load('aliases: { fast: groq/llama, own: { model: a/b } }\n').notices).toEqual([
      'The alias fast names groq/llama, and groq is not configured.',
    ]);
    const others = { OPENAI_API_KEY: 'o', OPENROUTER_API_KEY: 'k' };
    expect(load('aliases: { fast: anthropic/claude }\n', others).notices).toEqual([]);
  });

  it('asks nobody twice unless it is told to', () => {
    expect(load('').failover.attempts).toBe(1);
    expect(load('failover: {}\n').failover.attempts).toBe(3);
  });

  it('keeps a provider whose key is missing, so that its requests are told what to set', () => {
    expect(load('providers:\n  groq: {}\n').providers).toMatchObject([
      { id: 'groq', apiKey: undefined, keyVariable: 'GROQ_API_KEY' },
      { id: 'openai' },
    ]);
  });
});
