import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { admitSources } from '../../../src/config/admit-sources.ts';
import { belowHome, catalogFileOf, resolveDataDir } from '../../../src/config/data-dir.ts';
import { explainConfig } from '../../../src/config/explain-config.ts';
import { describeConfigFile, describeVariables } from '../../../src/config/file/describe-file.ts';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import { type LoadConfigSources, loadConfig } from '../../../src/config/load-config.ts';
import { isLoopbackHost, isOwnAddress } from '../../../src/config/own-address.ts';
import { refuseStrayCredential } from '../../../src/config/providers/refuse-stray-credential.ts';
import { readTrustedCertificates } from '../../../src/config/read-certificates.ts';
import { mayReceive, maySet, type Source } from '../../../src/config/sources.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const SOURCES: readonly Source[] = [
  'flag',
  'environment',
  'named_file',
  'working_folder',
  'data_folder',
  'default',
];

describe('a source may set', () => {
  it.each([
    ['GOMODEL_HOME', ['flag', 'environment']],
    ['XDG_DATA_HOME', ['flag', 'environment']],
    ['GOMODEL_CONFIG', ['flag', 'environment']],
    ['CODEX_HOME', ['flag', 'environment']],
    ['HOST', ['flag', 'environment', 'named_file', 'data_folder', 'default']],
    ['HTTP_PROXY', ['flag', 'environment', 'named_file']],
    ['https_proxy', ['flag', 'environment', 'named_file']],
    ['ALL_PROXY', ['flag', 'environment', 'named_file']],
    ['no_proxy', ['flag', 'environment', 'named_file']],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', ['flag', 'environment', 'named_file']],
    ['OTEL_EXPORTER_OTLP_LOGS_HEADERS', ['flag', 'environment', 'named_file']],
    ['PORT', SOURCES],
  ] as const)('%s where it is one of %j', (variable, sources) => {
    expect(SOURCES.filter((source) => maySet(source, variable))).toEqual(sources);
  });

  it('is what is not dropped, with a sentence for each value that is', () => {
    const file = parseConfigFile('server: { host: a, port: 1 }\n', 'gomodel.yaml', {}, 'working_folder');
    const dotenv = { HOST: 'a', PORT: '2', GOMODEL_HOME: ' ', HTTPS_PROXY: 'http://p' };
    const { sources, refused } = admitSources({ flags: {}, env: { HOST: 'b' }, dotenv, file });
    expect(sources).toMatchObject({ env: { HOST: 'b' }, dotenv: { PORT: '2' } });
    expect(Object.keys(sources.dotenv)).toEqual(['PORT']);
    expect(Object.keys(sources.file?.settings ?? {})).toEqual(['port']);
    expect(refused).toEqual([
      'HOST in .env is passed over: a file of the working folder never sets that. Set HOST in your environment if it is meant.',
      'HTTPS_PROXY in .env is passed over: a file of the working folder never sets that. Set HTTPS_PROXY in your environment if it is meant.',
      'server.host in gomodel.yaml:1 is passed over: a file of the working folder never sets that. Set HOST in your environment if it is meant.',
    ]);
    const named = { name: 'my.env', source: 'named_file' } as const;
    const own = admitSources({
      flags: {},
      env: {},
      dotenv: { HOST: 'a', CODEX_HOME: 'c' },
      dotenvFile: named,
    });
    expect(own.sources.dotenv).toEqual({ HOST: 'a' });
    expect(own.sources).not.toHaveProperty('file');
    expect(own.refused).toEqual([
      'CODEX_HOME in my.env is passed over: a file never sets that. Set CODEX_HOME in your environment if it is meant.',
    ]);
  });
});

describe('a credential', () => {
  const url = new URL('https://ada:pw@evil.example/v1');
  const go = (credential: Source, address: Source) => () =>
    refuseStrayCredential(
      { origin: 'KEY', source: credential },
      { url, origin: 'URL in .env', source: address, variable: 'OPENAI_BASE_URL' },
    );

  it('goes where a source of at least its trust sends it', () => {
    for (const credential of SOURCES) {
      for (const address of SOURCES) {
        const mayGo = credential === 'working_folder' || address !== 'working_folder';
        expect([credential, address, mayReceive(address, credential)]).toEqual([credential, address, mayGo]);
        if (mayGo) expect(go(credential, address)).not.toThrow();
        else expect(go(credential, address)).toThrow(expect.objectContaining({ code: 'invalid_config' }));
      }
    }
    expect(go('environment', 'working_folder')).toThrow(
      /^KEY would be sent to https:\/\/evil\.example\/v1\. That address comes from URL in \.env.*set OPENAI_BASE_URL/,
    );
  });

  const load = (sources: Partial<LoadConfigSources>) => () =>
    loadConfig({ flags: {}, env: {}, dotenv: {}, dataDir: '/data', ...sources });
  const file = (text: string, source: Source = 'working_folder') => ({
    file: parseConfigFile(text, 'gomodel.yaml', {}, source),
  });
  const refused = (what: RegExp) =>
    expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(what) });

  it('of the user is not sent where a file of the working folder says', () => {
    const env = { OPENAI_API_KEY: 'sk-own' };
    const dotenv = { OPENAI_BASE_URL: 'https://evil.example/v1' };
    expect(load({ env, dotenv })).toThrow(
      refused(/^OPENAI_API_KEY would be sent to .*OPENAI_BASE_URL in \.env/),
    );
    expect(load({ dotenv: { ...dotenv, OPENAI_API_KEY: 'sk-theirs' } })).not.toThrow();
    expect(load({ env: { ...env, ...dotenv } })).not.toThrow();
    const chosen = 'providers: { groq-mine: { type: groq, base_url: "https://evil.example/v1" } }\n';
    expect(load({ env: { GROQ_MINE_API_KEY: 'g' }, ...file(chosen) })).toThrow(refused(/^GROQ_MINE_API_KEY/));
    expect(load({ env: { GROQ_MINE_API_KEY: 'g' }, ...file(chosen, 'data_folder') })).not.toThrow();
  });

  it('passes no proxy that a file of the working folder names', () => {
    const dotenv = { OPENAI_PROXY_URL: 'http://evil.example:3128' };
    expect(load({ env: { OPENAI_API_KEY: 'sk-own' }, dotenv })).toThrow(
      refused(/^OPENAI_PROXY_URL in \.env.* the proxy that OPENAI_API_KEY passes.*set OPENAI_PROXY_URL/),
    );
    expect(load({ dotenv: { ...dotenv, OPENAI_API_KEY: 'sk-theirs' } })).not.toThrow();
    const text = 'providers: { openai: { proxy: "http://proxy.example:3128" } }\n';
    expect(load({ env: { OPENAI_API_KEY: 'sk-own' }, ...file(text) })).toThrow(refused(/^gomodel\.yaml:1/));
    const { providers } = load({ env: { OPENAI_API_KEY: 'sk-own' }, ...file(text, 'data_folder') })();
    expect(providers[0]?.proxy).toBe('http://proxy.example:3128');
    expect(load({ env: { OPENAI_PROXY_URL: 'ftp://user:pw@x' } })).toThrow(
      refused(/^OPENAI_PROXY_URL is not the address of a proxy/),
    );
  });

  it('goes to the address of a type only where the user, or the name, chose the type', () => {
    const env = { MINE_API_KEY: 'k', GROQ_EAST_API_KEY: 'k' };
    expect(load({ env, ...file('providers: { mine: { type: groq } }\n') })).toThrow(
      refused(/^MINE_API_KEY would be sent .*the type in gomodel.yaml:1.*set MINE_BASE_URL/),
    );
    expect(load({ env, ...file('providers: { groq-east: { type: groq } }\n') })).not.toThrow();
    expect(load({ env, ...file('providers: { groq: { type: groq } }\n') })).not.toThrow();
    expect(load({ env, ...file('providers: { groq-east: {} }\n') })).not.toThrow();
  });

  it('may be a header of the file, too', () => {
    const text = 'providers: { groq: { api_key: k, headers: { x-team: t } } }\n';
    const dotenv = { GROQ_BASE_URL: 'https://evil.example/v1' };
    expect(load({ dotenv, ...file(text, 'data_folder') })).toThrow(refused(/.*would be sent to/));
    const bare = 'providers: { groq: { headers: { x-team: t } } }\n';
    expect(load({ dotenv: { ...dotenv, GROQ_API_KEY: 'k' }, ...file(bare, 'data_folder') })).toThrow(
      refused(/^the headers of gomodel\.yaml:1 would be sent to/),
    );
    expect(
      load({ dotenv: { ...dotenv, GROQ_API_KEY: 'k' }, ...file('providers: { groq: {} }\n', 'data_folder') }),
    ).not.toThrow();
  });

  it('may be a ChatGPT sign-in, which stays with the user’s own address', () => {
    const dotenv = { CHATGPT_BASE_URL: 'https://evil.example' };
    expect(load({ dotenv })).toThrow(refused(/^The ChatGPT sign-in would be sent to .*set CHATGPT_BASE_URL/));
    expect(load({ dotenv, env: { CHATGPT_LOGIN: 'off' } })).not.toThrow();
    expect(load({ env: dotenv })).not.toThrow();
  });
});

describe('what a file of the working folder would set', () => {
  const referenceTo = (name: string): string => `$\{${name}}`;
  const A = referenceTo('A');

  it('is told variable by variable, without secrets', () => {
    const { settings, others } = describeVariables({
      PORT: ' 1 ',
      HOST: 'a',
      GOMODEL_MASTER_KEY: 'secret',
      MINE_API_KEY: 'secret',
      MINE_BASE_URL: 'https://ada:pw@mine.example/v1',
      https_proxy: `http://p/${'x'.repeat(250)}`,
      EMPTY: ' ',
      ABSENT: undefined,
      OTHER: 'x',
    });
    expect(settings).toEqual([
      { name: 'PORT', value: '1', counts: true },
      { name: 'HOST', value: 'a', counts: false },
      { name: 'GOMODEL_MASTER_KEY', value: undefined, counts: true },
      { name: 'MINE_API_KEY', value: undefined, counts: true },
      { name: 'MINE_BASE_URL', value: 'https://mine.example/v1', counts: true },
      { name: 'https_proxy', value: `http://p/${'x'.repeat(191)}…`, counts: false },
    ]);
    expect(others).toEqual(['OTHER']);
    const exact = 'x'.repeat(200);
    expect(describeVariables({ HOST: exact }).settings[0]?.value).toBe(exact);
  });

  it('is told key by key, and of a secret no more than the variables that it names', () => {
    const text = `
server: { port: 1, host: a, master_key: "a\${SECRET}\${TWO}" }
logging:
default_provider: groq
providers:
  groq:
    api_key: "\${KEY:-sk-default}"
    base_url: https://ada:pw@groq.example/v1
    headers: { x-team: blue }
    models: [a, { id: b }]
`;
    expect(describeConfigFile(text, 'gomodel.yaml')).toEqual([
      { name: 'server.port', value: '1', counts: true },
      { name: 'server.host', value: 'a', counts: false },
      { name: 'server.master_key', value: `${referenceTo('SECRET')} ${referenceTo('TWO')}`, counts: true },
      { name: 'default_provider', value: 'groq', counts: true },
      { name: 'providers.groq.api_key', value: undefined, counts: true },
      { name: 'providers.groq.base_url', value: 'https://groq.example/v1', counts: true },
      { name: 'providers.groq.headers.x-team', value: undefined, counts: true },
      { name: 'providers.groq.models', value: '["a",{"id":"b"}]', counts: true },
    ]);
    // What is long, or has more than references in it, may be a secret.
    for (const secret of [`${A}x`, A.repeat(50), `$x${A}`, 'plain']) {
      expect(describeConfigFile(`server: { master_key: "${secret}" }`, 'f')[0]?.value).toBeUndefined();
    }
    expect(describeConfigFile(`server: { master_key: "${A.repeat(49)}" }`, 'f')[0]?.value).toContain(A);
    expect(() => describeConfigFile('a: [', 'gomodel.yaml')).toThrow(/gomodel\.yaml:1/);
  });
});

describe('an address of the gateway itself', () => {
  it.each(['localhost', 'LOCALHOST.', 'a.localhost', '127.0.0.1', '127.255.0.9', '::1', '[::1]'])(
    'loops back: %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );
  it.each([
    ...['localhost.evil', 'xlocalhost', '128.0.0.1', '::2', '0.0.0.0', '', 'local.host'],
    ...['[localhost', 'localhost]', '[::1'],
  ])('does not loop back: "%s"', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });

  it('has its port, and one of its names', () => {
    const own = (url: string, host: string | undefined, port: number) =>
      isOwnAddress(new URL(url), { host, port });
    expect(own('http://localhost:8080/v1', undefined, 8080)).toBe(true);
    expect(own('http://localhost:8081/v1', undefined, 8080)).toBe(false);
    expect(own('http://localhost/v1', undefined, 80)).toBe(true);
    expect(own('https://localhost/v1', undefined, 443)).toBe(true);
    expect(own('https://localhost/v1', undefined, 80)).toBe(false);
    expect(own('http://gateway.lan:1/', 'gateway.lan', 1)).toBe(true);
    expect(own('http://gateway.lan:1/', 'other.lan', 1)).toBe(false);
    for (const everywhere of ['0.0.0.0', '::']) {
      for (const name of ['0.0.0.0', '[::]']) expect(own(`http://${name}:1/`, everywhere, 1)).toBe(true);
      expect(own('http://gateway.lan:1/', everywhere, 1)).toBe(false);
    }
    expect(own('http://0.0.0.0:1/', 'gateway.lan', 1)).toBe(false);
    expect(own('http://[::]:1/', undefined, 1)).toBe(false);
  });
});

describe('the data folder', () => {
  const resolve = (env: Record<string, string>, homeDir = '/home/ann', flag?: string) =>
    resolveDataDir({ flag, env, homeDir, cwd: '/cwd' });

  it('is below the home folder where its name starts with a tilde', () => {
    expect(resolve({ GOMODEL_HOME: '~' })).toBe('/home/ann');
    expect(resolve({ GOMODEL_HOME: '~/x' })).toBe('/home/ann/x');
    expect(resolve({ GOMODEL_HOME: '~x' })).toBe('/cwd/~x');
    expect(resolve({ GOMODEL_HOME: 'a/~/x' })).toBe('/cwd/a/~/x');
    expect(resolve({ GOMODEL_HOME: '~/x' }, '')).toBe('/cwd/~/x');
    expect(resolve({ GOMODEL_HOME: 'y' }, '/home/ann', '~/x')).toBe('/home/ann/x');
  });

  it('is not where XDG_DATA_HOME is relative, and needs a home folder then', () => {
    expect(resolve({ XDG_DATA_HOME: 'relative' })).toBe('/home/ann/.gomodel-ts');
    expect(resolve({ XDG_DATA_HOME: '/xdg' }, '')).toBe('/xdg/gomodel-ts');
    expect(resolve({ GOMODEL_HOME: '' })).toBe('/home/ann/.gomodel-ts');
    expect(() => resolve({}, '')).toThrow(/no home folder.*~\/\.gomodel-ts\. Set GOMODEL_HOME/);
    expect(belowHome('/h', 'x', 'V')).toBe('/h/x');
    expect(catalogFileOf('/data')).toBe('/data/codex-models.json');
  });
});

describe('trusted certificates', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  it('are read from the files that variables name, and Node’s own only beside them', () => {
    const folder = createTemporaryFolder('certificates');
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const [one, two, none] = [write('one', `1${PEM}`), write('two', `2${PEM}`), write('none', 'text')];
    mkdirSync(join(folder, 'dir'));
    expect(readTrustedCertificates({})).toBeUndefined();
    expect(readTrustedCertificates({ SSL_CERT_FILE: '' })).toBeUndefined();
    expect(readTrustedCertificates({ NODE_EXTRA_CA_CERTS: one })).toBeUndefined();
    expect(readTrustedCertificates({ SSL_CERT_FILE: one })).toEqual([`1${PEM}`]);
    expect(readTrustedCertificates({ SSL_CERT_FILE: one, CODEX_CA_CERTIFICATE: two })).toEqual([
      `2${PEM}`,
      `1${PEM}`,
    ]);
    expect(readTrustedCertificates({ SSL_CERT_FILE: one, NODE_EXTRA_CA_CERTS: two })).toEqual([
      `1${PEM}`,
      `2${PEM}`,
    ]);
    const refused = (file: string) => () => readTrustedCertificates({ SSL_CERT_FILE: file });
    expect(refused(none)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^SSL_CERT_FILE names .* no PEM/) }),
    );
    expect(refused(join(folder, 'dir'))).toThrow(/^SSL_CERT_FILE names .* cannot be read/);
    expect(refused(join(folder, 'absent'))).toThrow(
      expect.objectContaining({ code: 'invalid_config', cause: expect.anything() }),
    );
  });
});

describe('the explanation of a configuration', () => {
  const explain = (sources: Partial<LoadConfigSources> = {}) => {
    const given = { flags: {}, env: {}, dotenv: {}, dataDir: '/data', ...sources };
    const rows = explainConfig(given, { dataDir: '--data-dir', file: 'GOMODEL_CONFIG' });
    return new Map(rows.map((row) => [row.name, row]));
  };
  const told = (rows: ReturnType<typeof explain>, name: string) => {
    const found = rows.get(name);
    return found && [found.value, found.origin];
  };

  it('has every setting, with its default', () => {
    const rows = explain();
    expect(rows.get('server.port')).toEqual({
      ...{ name: 'server.port', variable: 'PORT', isSecret: false, value: '8080', origin: 'default' },
    });
    expect(rows.get('server.master_key')).toEqual({
      ...{ name: 'server.master_key', variable: 'GOMODEL_MASTER_KEY', isSecret: true },
      ...{ value: undefined, origin: undefined },
    });
    expect(rows.get('config_file')).toMatchObject({
      value: undefined,
      origin: undefined,
      variable: 'GOMODEL_CONFIG',
    });
    expect(rows.get('data_dir')).toMatchObject({
      value: '/data',
      origin: '--data-dir',
      variable: 'GOMODEL_HOME',
    });
    expect(told(rows, 'chatgpt.login')).toEqual(['passthrough', 'default']);
    expect(told(rows, 'default_provider')).toEqual(['openai', 'default']);
    expect(told(rows, 'server.body_memory_limit')).toEqual(['512 MB', 'default']);
    expect(told(rows, 'server.host')).toEqual([undefined, undefined]);
    expect(told(rows, 'failover.attempts')).toEqual(['1', 'default']);
    expect(told(rows, 'failover.initial_backoff')).toEqual(['500ms', 'default']);
    expect(told(rows, 'failover.max_backoff')).toEqual(['10000ms', 'default']);
    expect(told(rows, 'failover.breaker_failures')).toEqual(['5', 'default']);
    expect(told(rows, 'failover.breaker_pause')).toEqual(['30000ms', 'default']);
    expect(told(rows, 'https_proxy')).toEqual([undefined, undefined]);
    expect(rows.get('providers.openai.base_url')).toMatchObject({
      value: 'https://api.openai.com/v1',
      origin: 'default',
      variable: 'OPENAI_BASE_URL',
    });
    expect(rows.has('providers.openai.models')).toBe(false);
    expect(rows.has('providers.openai.native')).toBe(false);
  });

  it('says where each value came from, and no secret', () => {
    const text = `
providers:
  corp:
    type: compatible
    base_url: https://ada:pw@llm.corp.example/v1
    api_key: sk-corp
    api_version: "2"
    headers: { x-team: blue }
    native: [responses, chat]
    models: [a, b]
aliases: { fast: { model: corp/a, effort: low, fallbacks: [corp/b, openai/c] }, plain: corp/b }
failover: { attempts: 2 }
`;
    const rows = explain({
      flags: { port: '1' },
      env: { GOMODEL_MASTER_KEY: ' gm ', HTTPS_PROXY: 'http://ada:pw@proxy:1', HTTP_PROXY: '' },
      dotenv: { http_proxy: 'http://two:1', LOGGING_MAX_DISK: ' 1G ' },
      dotenvFile: { name: 'my.env', source: 'named_file' },
      file: parseConfigFile(text, 'gomodel.yaml', {}),
    });
    expect(told(rows, 'config_file')).toEqual(['gomodel.yaml', 'GOMODEL_CONFIG']);
    expect(told(rows, 'server.port')).toEqual(['1', '--port']);
    expect(told(rows, 'server.master_key')).toEqual(['set', 'GOMODEL_MASTER_KEY']);
    expect(told(rows, 'logging.max_disk')).toEqual(['1G', 'LOGGING_MAX_DISK in my.env']);
    expect(told(rows, 'https_proxy')).toEqual(['http://proxy:1', 'HTTPS_PROXY']);
    expect(told(rows, 'http_proxy')).toEqual(['http://two:1', 'http_proxy in my.env']);
    expect(told(rows, 'no_proxy')).toEqual([undefined, undefined]);
    expect(told(rows, 'providers.corp.type')).toEqual(['compatible', 'gomodel.yaml:3']);
    expect(told(rows, 'providers.corp.base_url')).toEqual(['https://llm.corp.example/v1', 'gomodel.yaml:5']);
    expect(rows.get('providers.corp.api_key')).toEqual({
      ...{ name: 'providers.corp.api_key', variable: 'CORP_API_KEY', isSecret: true },
      ...{ value: 'set', origin: 'gomodel.yaml:6' },
    });
    expect(told(rows, 'providers.corp.api_version')).toEqual(['2', 'gomodel.yaml:7']);
    expect(rows.get('providers.corp.headers.x-team')).toMatchObject({
      value: 'set',
      isSecret: true,
      origin: 'gomodel.yaml:3',
    });
    expect(told(rows, 'providers.corp.native')).toEqual(['responses, chat', 'gomodel.yaml:3']);
    expect(told(rows, 'providers.corp.models')).toEqual(['a, b', 'gomodel.yaml:3']);
    expect(rows.get('providers.corp.models')?.variable).toBe('CORP_MODELS');
    expect(told(rows, 'aliases.fast')).toEqual([
      'corp/a; effort low; else corp/b, openai/c',
      'gomodel.yaml:11',
    ]);
    expect(told(rows, 'aliases.plain')).toEqual(['corp/b', 'gomodel.yaml:11']);
    expect(told(rows, 'failover.attempts')).toEqual(['2', 'gomodel.yaml:12']);
    expect(rows.has('providers.openai.base_url')).toBe(false);
    expect(JSON.stringify([...rows.values()])).not.toMatch(/sk-corp|gm"|blue|pw@/);
  });
});
