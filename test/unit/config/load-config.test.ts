import { describe, expect, it } from 'vitest';
import { resolveDataDir } from '../../../src/config/data-dir.ts';
import { type LoadConfigSources, loadConfig } from '../../../src/config/load-config.ts';

const load = (sources: Partial<LoadConfigSources> = {}) =>
  loadConfig({ flags: {}, env: {}, dotenv: {}, dataDir: '/data', ...sources });

describe('loadConfig', () => {
  it('has a value for everything that the first success needs', () => {
    expect(load()).toMatchObject({
      port: 8080,
      host: undefined,
      masterKey: undefined,
      upstream: { baseUrl: new URL('https://api.openai.com/v1'), apiKey: undefined },
      bodySizeLimitBytes: 128 * 2 ** 20,
      logBodies: true,
      retentionDays: 30,
      maxDiskBytes: 2 * 2 ** 30,
      notices: [],
    });
  });

  it('prefers the flag to the environment, that to .env, and that to the default', () => {
    const dotenv = { PORT: '1', OPENAI_API_KEY: 'sk-dotenv' };
    const env = { PORT: '2' };
    expect(load({ dotenv }).port).toBe(1);
    expect(load({ dotenv, env }).port).toBe(2);
    expect(load({ dotenv, env, flags: { port: '3' } }).port).toBe(3);
    expect(load({ dotenv, env }).upstream).toMatchObject({
      apiKey: 'sk-dotenv',
      apiKeyOrigin: 'OPENAI_API_KEY in .env',
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(load({ env: { PORT: '', GOMODEL_MASTER_KEY: ' ' } })).toMatchObject({
      port: 8080,
      masterKey: undefined,
    });
  });

  it.each([
    ['PORT', '70000', /PORT "70000" is not a port from 0/],
    ['PORT', '80a', /PORT "80a"/],
    ['OPENAI_BASE_URL', 'api.openai.com', /OPENAI_BASE_URL .* http\(s\) URL/],
    ['OPENAI_BASE_URL', 'ftp://host/v1', /http\(s\) URL/],
    ['BODY_SIZE_LIMIT', 'lots', /a size such as 128M/],
    ['BODY_SIZE_LIMIT', '0', /a size such as/],
    ['LOGGING_LOG_BODIES', 'maybe', /true or false/],
    ['LOGGING_RETENTION_DAYS', '-1', /days above 0/],
  ])('refuses %s=%s and says what it takes', (variable, value, message) => {
    expect(() => load({ env: { [variable]: value } })).toThrow(
      expect.objectContaining({
        code: 'invalid_config',
        exitCode: 2,
        message: expect.stringMatching(message),
      }),
    );
  });

  it('passes over an OPENAI_BASE_URL that is its own address, says so, and asks the next source', () => {
    for (const own of ['http://localhost:8080/v1', 'http://127.0.0.1:8080/v1/', 'http://[::1]:8080/v1']) {
      const config = load({
        env: { OPENAI_BASE_URL: own },
        dotenv: { OPENAI_BASE_URL: 'https://example.com/v1' },
      });
      expect(config.upstream.baseUrl.href).toBe('https://example.com/v1');
      expect(config.notices).toEqual([expect.stringMatching(/OPENAI_BASE_URL is .*own address/)]);
    }
    expect(load({ env: { OPENAI_BASE_URL: 'http://localhost:9000/v1' } }).notices).toEqual([]);
  });

  it('passes over an OPENAI_API_KEY that is the master key, and never says it', () => {
    const config = load({ env: { OPENAI_API_KEY: 'gm-secret', GOMODEL_MASTER_KEY: 'gm-secret' } });
    expect(config.upstream.apiKey).toBeUndefined();
    expect(config.notices).toEqual([expect.stringMatching(/OPENAI_API_KEY is the master key/)]);
    expect(JSON.stringify(config.notices)).not.toContain('gm-secret');
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'gateway.lan'])('binds %s only with a master key', (host) => {
    expect(() => load({ env: { HOST: host } })).toThrow(expect.objectContaining({ code: 'invalid_config' }));
    expect(load({ env: { HOST: host, GOMODEL_MASTER_KEY: 'k' } }).host).toBe(host);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('binds %s without one', (host) => {
    expect(load({ env: { HOST: host } }).host).toBe(host);
  });

  it('reads the proxies in either case', () => {
    expect(load({ env: { https_proxy: 'http://proxy:1', NO_PROXY: 'example.com' } }).proxies).toEqual({
      https: 'http://proxy:1',
      no: 'example.com',
    });
  });
});

describe('resolveDataDir', () => {
  const resolve = (flag: string | undefined, env: Record<string, string>) =>
    resolveDataDir({ flag, env, homeDir: '/home/ann', cwd: '/work-folder' });

  it('takes the flag, then GOMODEL_HOME, then XDG_DATA_HOME, then the home folder', () => {
    const env = { GOMODEL_HOME: '/gm', XDG_DATA_HOME: '/xdg' };
    expect(resolve('here', env)).toBe('/work-folder/here');
    expect(resolve(undefined, env)).toBe('/gm');
    expect(resolve(undefined, { XDG_DATA_HOME: '/xdg' })).toBe('/xdg/gomodel-ts');
    expect(resolve(undefined, {})).toBe('/home/ann/.gomodel-ts');
  });
});
