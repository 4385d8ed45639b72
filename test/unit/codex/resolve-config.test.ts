import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/codex/edit/resolve-config.ts';

const GATEWAY = 'http://localhost:8080/v1';
const provider = (more = ''): string =>
  `model_provider = "gm"\n[model_providers.gm]\nname = "G"\nbase_url = "${GATEWAY}"\n${more}`;
const resolve = (config: string, version = '0.169.0', profile?: string) =>
  resolveConfig({ config, path: 'config.toml', ...(profile !== undefined && { profile }) }, version);

describe('what a configuration sends Codex to', () => {
  it.each([
    ['env_key = "KEY"', { kind: 'env', variable: 'KEY' }],
    ['experimental_bearer_token = "secret"', { kind: 'fixed' }],
    [
      'requires_openai_auth = true\nenv_http_headers = { "x-gomodel-KEY" = "VAR" }',
      { kind: 'sign-in', keyVariable: 'VAR' },
    ],
    ['', { kind: 'none' }],
  ])('a provider with %j', (line, auth) => {
    expect(resolve(provider(line))).toMatchObject({ providerId: 'gm', baseUrl: GATEWAY, auth });
  });

  it("the built-in provider, at OpenAI's address or another one", () => {
    expect(resolve('')).toMatchObject({
      providerId: 'openai',
      baseUrl: undefined,
      auth: { kind: 'sign-in' },
    });
    expect(resolve(`openai_base_url = "${GATEWAY}"`)).toMatchObject({ baseUrl: GATEWAY, problems: [] });
  });

  it('a profile over the rest: a file of its own, or before 0.134 a table', () => {
    const file = resolve(`model = "a"\n${provider('env_key = "K"')}`, '0.169.0', 'model = "b"\n');
    expect(file).toMatchObject({ model: 'b', providerId: 'gm' });
    const table = `profile = "p"\nmodel = "a"\n${provider('env_key = "K"')}\n[profiles.p]\nmodel = "b"\n`;
    expect(resolve(table, '0.122.0')).toMatchObject({ model: 'b', problems: [] });
    expect(resolve(table, '0.134.0').problems).toMatchObject([{ state: 'failed' }]);
  });
});

describe('what it would refuse or do without (LESSONS.md 23)', () => {
  const statesOf = (config: string, version: string) =>
    resolve(config, version).problems.map(({ state }) => state);

  it('sends no credential from 0.149 on, unless told', () => {
    expect(statesOf(provider(), '0.134.0')).toEqual([]);
    expect(statesOf(provider(), '0.149.0')).toEqual(['warning']);
    expect(statesOf(provider('http_headers = { Authorization = "Bearer x" }'), '0.149.0')).toEqual([]);
  });

  it('takes no block under an id of its own, from 0.122 on', () => {
    const block = '[model_providers.openai]\nname = "x"\n';
    expect(statesOf(block, '0.113.0')).toEqual(['warning']);
    expect(statesOf(block, '0.122.0')).toEqual(['failed']);
    expect(statesOf('[model_providers.amazon-bedrock]\nname = "x"\n', '0.169.0')).toEqual([]);
  });

  it('takes no nameless block, no old wire API and no provider that is not there', () => {
    expect(statesOf('[model_providers.x]\nbase_url = "y"\n', '0.169.0')).toEqual(['failed']);
    expect(statesOf(provider('env_key = "K"\nwire_api = "chat"'), '0.113.0')).toEqual(['failed']);
    expect(statesOf('model_provider = "x"', '0.169.0')).toEqual(['failed']);
    expect(statesOf('model_provider = "ollama"', '0.169.0')).toEqual([]);
  });

  it('passes over what it does not know', () => {
    expect(resolve(provider('env_key = "K"\nenvkey = "L"')).problems).toMatchObject([
      { state: 'warning', message: expect.stringContaining('envkey') },
    ]);
  });
});
