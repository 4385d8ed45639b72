import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import {
  canAskDefault,
  defaultProviderOf,
  type LoadConfigSources,
  loadConfig,
} from '../../../src/config/load-config.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const load = (env: Record<string, string> = {}, more: Partial<LoadConfigSources> = {}) =>
  loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/data', ...more });
const file = (text: string) => ({ file: parseConfigFile(text, 'gomodel.yaml', {}) });

it('each worker has one open exchange at least', () => {
  expect(load({ GOMODEL_WORKERS: '3', MAX_OPEN_EXCHANGES: '3' })).toMatchObject({
    workers: 3,
    maxOpenExchanges: 3,
  });
  expect(() => load({ GOMODEL_WORKERS: '3', MAX_OPEN_EXCHANGES: '2' })).toThrow(
    expect.objectContaining({
      code: 'invalid_config',
      message: expect.stringMatching(/^MAX_OPEN_EXCHANGES 2 .* 3 workers/),
    }),
  );
});

it('what the reading of the sources had to say comes first', () => {
  const { notices } = load({}, { notices: ['read.'], dotenv: { HOST: 'a' } });
  expect(notices).toEqual(['read.', expect.stringMatching(/^HOST in \.env is passed over/)]);
});

it('bodies may take four times the largest in memory, unless that is set', () => {
  expect(load({ BODY_SIZE_LIMIT: '10' }).bodyMemoryBytes).toBe(40);
  expect(load({ BODY_SIZE_LIMIT: '10', BODY_MEMORY_LIMIT: '11' }).bodyMemoryBytes).toBe(11);
});

it('certificates are there where a variable names them', () => {
  const path = join(createTemporaryFolder('certificates'), 'ca.pem');
  writeFileSync(path, '-----BEGIN CERTIFICATE-----\n');
  expect(load({ SSL_CERT_FILE: path }).proxies).toEqual({ certificates: ['-----BEGIN CERTIFICATE-----\n'] });
  expect(load().proxies).toEqual({});
});

describe('the default provider', () => {
  it('can be asked with a key, or where it asks for none', () => {
    expect(canAskDefault(load())).toBe(false);
    expect(canAskDefault(load({ OPENAI_API_KEY: 'k' }))).toBe(true);
    expect(canAskDefault(load({ OLLAMA_BASE_URL: 'http://localhost:11434' }))).toBe(true);
  });

  it('is the one of its name', () => {
    const config = load({ OPENAI_API_KEY: 'k', GROQ_API_KEY: 'g', GOMODEL_DEFAULT_PROVIDER: 'groq' });
    expect(defaultProviderOf(config).id).toBe('groq');
    expect(() => defaultProviderOf({ ...config, defaultProvider: 'nobody' })).toThrow(
      'there is no provider nobody',
    );
  });

  it('is OpenAI where that has a key, whatever comes before it in a file', () => {
    const text = 'providers: { groq: { api_key: g }, openai: {} }\n';
    expect(load({ OPENAI_API_KEY: 'k' }, file(text)).defaultProvider).toBe('openai');
    expect(load({}, file(text)).defaultProvider).toBe('groq');
  });
});

it('an alias is told that names a provider without a key, and no other one', () => {
  const env = { GEMINI_API_KEY: 'g' };
  const noticesOf = (aliases: string) => load(env, file(`aliases: { a: ${aliases} }\n`)).notices;
  expect(noticesOf('gemini/flash')).toEqual([]);
  expect(noticesOf('gemini')).toEqual([]);
  expect(noticesOf('anthropic')).toEqual([]);
  expect(noticesOf('{ model: gemini/flash, fallbacks: [mine/x, anthropic/claude] }')).toEqual([
    'The alias a names anthropic/claude, and anthropic is not configured.',
  ]);
});

it('a ChatGPT sign-in is replaced where any provider of OpenAI has a key', () => {
  expect(load({ GROQ_API_KEY: 'g', OPENAI_API_KEY: 'k' }).chatgpt.login).toBe('replace');
  expect(load({ GROQ_API_KEY: 'g' }).chatgpt.login).toBe('passthrough');
});

describe('models of a provider', () => {
  it('are those of the file, and those that a variable adds', () => {
    const text = 'providers: { groq: { api_key: g, models: [{ id: a, context_window: 5 }] } }\n';
    const modelsOf = (env: Record<string, string>, more = file(text)) => load(env, more).providers[0]?.models;
    expect(modelsOf({ GROQ_MODELS: 'a, b' })).toEqual([{ id: 'a', contextWindow: 5 }, { id: 'b' }]);
    expect(modelsOf({})).toEqual([{ id: 'a', contextWindow: 5 }]);
    expect(modelsOf({ GROQ_API_KEY: 'g', GROQ_MODELS: 'b' }, file(''))).toEqual([{ id: 'b' }]);
  });
});

it('a provider that asks for no key needs an address to be there', () => {
  const idsOf = (env: Record<string, string>) => load(env).providers.map(({ id }) => id);
  expect(idsOf({ OPENAI_API_KEY: 'k', OLLAMA_MODELS: 'x' })).toEqual(['openai']);
  expect(idsOf({ OPENAI_API_KEY: 'k', OLLAMA_BASE_URL: 'http://localhost:11434' })).toEqual([
    'openai',
    'ollama',
  ]);
  expect(idsOf({ OPENAI_API_KEY: 'k', GROQ_BASE_URL: 'https://groq.example/v1' })).toEqual(['openai']);
});
