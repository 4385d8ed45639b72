import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';

const load = (env: Record<string, string>) => loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/data' });
const idsOf = (env: Record<string, string>) => load(env).providers.map(({ id }) => id);

describe('providers of the environment', () => {
  it('are OpenAI alone, without a key, where nothing is set', () => {
    expect(load({})).toMatchObject({
      defaultProvider: 'openai',
      chatgpt: { login: 'passthrough' },
      providers: [{ id: 'openai', apiKey: undefined, keyVariable: 'OPENAI_API_KEY' }],
    });
  });

  it('begin with one key: that provider gets everything', () => {
    expect(load({ ANTHROPIC_API_KEY: 'sk-ant' })).toMatchObject({
      defaultProvider: 'anthropic',
      upstream: {
        baseUrl: new URL('https://api.anthropic.com/v1'),
        apiKey: 'sk-ant',
        apiKeyOrigin: 'ANTHROPIC_API_KEY',
      },
      providers: [{ id: 'anthropic' }],
      notices: [],
    });
  });

  it('leave the default to OpenAI where it has a key, and else to the first, said aloud', () => {
    expect(load({ GROQ_API_KEY: 'g', OPENAI_API_KEY: 'o' }).defaultProvider).toBe('openai');
    const several = load({ GROQ_API_KEY: 'g', GEMINI_API_KEY: 'm' });
    expect(several.defaultProvider).toBe('gemini');
    expect(several.notices).toEqual([expect.stringMatching(/goes to gemini.*GOMODEL_DEFAULT_PROVIDER/)]);
    const chosen = load({ GROQ_API_KEY: 'g', GEMINI_API_KEY: 'm', GOMODEL_DEFAULT_PROVIDER: 'groq' });
    expect(chosen).toMatchObject({ defaultProvider: 'groq', notices: [] });
  });

  it('leave ChatGPT sign-ins alone where the key is for somebody else', () => {
    expect(load({ GEMINI_API_KEY: 'm' }).chatgpt.login).toBe('passthrough');
    expect(load({ OPENAI_API_KEY: 'o' }).chatgpt.login).toBe('replace');
    expect(load({ OPENAI_EAST_API_KEY: 'o' }).chatgpt.login).toBe('replace');
  });

  it('may be several of a kind, by suffix', () => {
    const env = {
      OPENAI_API_KEY: 'a',
      OPENAI_EAST_API_KEY: 'b',
      OPENAI_EAST_BASE_URL: 'https://east.example/v1',
      OPENAI_US_WEST_API_KEY: 'c',
    };
    expect(idsOf(env)).toEqual(['openai', 'openai-east', 'openai-us-west']);
    expect(load(env).providers[1]).toMatchObject({
      apiKey: 'b',
      baseUrl: new URL('https://east.example/v1'),
      keyVariable: 'OPENAI_EAST_API_KEY',
    });
    expect(load(env).providers[2]?.baseUrl.href).toBe('https://api.openai.com/v1');
  });

  it.each([
    [{ OPENAI_API_BASE_URL: 'https://other.example/v1' }, ['openai']],
    [{ OLLAMA_API_BASE_URL: 'http://other.example' }, ['openai']],
    [{ OPENAI_API_KEY: 'a', OPENAI_API_KEY_2: 'b' }, ['openai']],
    [{ OPENAI_API_KEY: 'a', GROQ_MODELS: 'x' }, ['openai']],
    [{ OPENAI_API_KEY: 'a', GROQ_API_KEY: ' ' }, ['openai']],
    [{ OLLAMA_BASE_URL: 'http://localhost:11434/v1' }, ['ollama']],
    [{ OLLAMA_API_KEY: 'k' }, ['ollama']],
    [{ OPENAI_API_KEY: 'a', VLLM_BASE_URL: 'http://gpu:8000/v1' }, ['openai', 'vllm']],
  ])('are, of %j, %j', (env, ids) => {
    expect(idsOf(env)).toEqual(ids);
  });

  it('are left out, said aloud, where their address is not known', () => {
    const config = load({ OPENAI_API_KEY: 'a', AZURE_OPENAI_API_KEY: 'b' });
    expect(config.providers.map(({ id }) => id)).toEqual(['openai']);
    expect(config.notices).toEqual([
      expect.stringMatching(/AZURE_OPENAI_API_KEY.*set AZURE_OPENAI_BASE_URL/),
    ]);
  });

  it('do not take the gateway for a provider: clients are told its address and key by the same names', () => {
    const config = load({
      ANTHROPIC_API_KEY: 'gm-secret',
      ANTHROPIC_BASE_URL: 'http://localhost:8080/p/anthropic',
      GOMODEL_MASTER_KEY: 'gm-secret',
    });
    expect(config.providers.map(({ id }) => id)).toEqual(['openai']);
    expect(config.notices).toHaveLength(2);
    expect(config.notices.join()).not.toContain('gm-secret');
  });

  it('mend addresses that other programs write in another way', () => {
    const base = (env: Record<string, string>) => load(env).upstream.baseUrl.href;
    const gemini = 'https://generativelanguage.googleapis.com/v1beta';
    expect(base({ GEMINI_API_KEY: 'k', GEMINI_BASE_URL: `${gemini}/openai` })).toBe(gemini);
    expect(base({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'https://api.anthropic.com' })).toBe(
      'https://api.anthropic.com/v1',
    );
    for (const path of ['', '/openai', '/openai/v1/', '/openai/deployments/my-gpt']) {
      const url = `https://corp.openai.azure.com${path}`;
      expect(base({ AZURE_API_KEY: 'k', AZURE_BASE_URL: url })).toBe('https://corp.openai.azure.com/openai');
    }
    const named = load({
      AZURE_API_KEY: 'k',
      AZURE_BASE_URL: 'https://corp.openai.azure.com/openai/deployments/my-gpt',
    });
    expect(named.providers[0]?.models).toEqual([{ id: 'my-gpt' }]);
  });

  it.each([
    [{ GROQ_API_KEY: 'two words' }, /GROQ_API_KEY is not a key/],
    [{ GROQ_API_KEY: 'k', GROQ_BASE_URL: 'groq.com' }, /GROQ_BASE_URL "groq.com" is not an http/],
  ])('are refused with the variable in %j', (env, message) => {
    expect(() => load(env)).toThrow(message);
  });
});

describe('providers of a cloud', () => {
  const AWS = { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's', BEDROCK_MODELS: 'm' };
  const addressOf = (env: Record<string, string>) => load(env).providers[0]?.baseUrl.href;

  it('have the address of their region, project and location', () => {
    expect(addressOf(AWS)).toBe('https://bedrock-mantle.us-east-1.api.aws/v1');
    expect(addressOf({ ...AWS, AWS_DEFAULT_REGION: 'eu-central-1' })).toContain('.eu-central-1.');
    const google = { VERTEX_MODELS: 'm', GOOGLE_CLOUD_PROJECT: 'p-1' };
    expect(addressOf(google)).toBe('https://aiplatform.googleapis.com/v1/projects/p-1/locations/global');
    expect(addressOf({ ...google, GOOGLE_CLOUD_LOCATION: 'us-central1' })).toBe(
      'https://us-central1-aiplatform.googleapis.com/v1/projects/p-1/locations/us-central1',
    );
  });

  it.each([
    { ...AWS, AWS_REGION: 'evil.example/' },
    { VERTEX_MODELS: 'm', GOOGLE_CLOUD_PROJECT: '../x' },
    { VERTEX_MODELS: 'm', GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_LOCATION: 'evil.example/#' },
    { VERTEX_MODELS: 'm' },
  ])('have none that a variable could lead elsewhere: %j', (env) => {
    expect(idsOf(env)).toEqual(['openai']);
    expect(load(env).notices.join()).toMatch(/has no address/);
  });

  it.each([
    ['https://bedrock-runtime.us-west-2.amazonaws.com', '/openai/v1'],
    ['https://bedrock-mantle.us-west-2.api.aws', '/v1'],
    ['https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1', '/openai/v1'],
  ])('take the address %s', (address, path) => {
    expect(new URL(addressOf({ ...AWS, BEDROCK_BASE_URL: address }) ?? '').pathname).toBe(path);
  });

  it.each(['/endpoints/openapi', '/publishers/google', ''])('take the address of Vertex with %j', (end) => {
    const base = 'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1';
    expect(addressOf({ VERTEX_BASE_URL: base + end })).toBe(base);
  });

  it('prefer a key, and do without any credential that is not whole', () => {
    expect(load({ ...AWS, AWS_BEARER_TOKEN_BEDROCK: 'k' }).providers[0]).toMatchObject({
      apiKey: 'k',
      apiKeyOrigin: 'AWS_BEARER_TOKEN_BEDROCK',
    });
    expect(idsOf({ AWS_ACCESS_KEY_ID: 'AKIA1', BEDROCK_MODELS: 'm' })).toEqual(['openai']);
    expect(idsOf({ AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' })).toEqual(['openai']);
  });

  it('take no file and no project from a file of the working folder', () => {
    const dotenv = { VERTEX_MODELS: 'm', GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_APPLICATION_CREDENTIALS: '/f' };
    const config = loadConfig({ flags: {}, env: {}, dotenv, dataDir: '/data' });
    expect(config.providers.map(({ id }) => id)).toEqual(['openai']);
    expect(config.notices.join()).toMatch(/GOOGLE_APPLICATION_CREDENTIALS in \.env is passed over/);
  });
});
