import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/parse-duration.ts';
import { PROVIDER_FIELDS } from '../../../src/config/providers/provider-fields.ts';
import { parseGiven, readSetting } from '../../../src/config/read-setting.ts';
import { SETTINGS, type SettingName } from '../../../src/config/settings.ts';

const parse = (name: SettingName, text: string): unknown => SETTINGS[name].parse(text);

describe('a setting takes', () => {
  it.each([
    ['port', ['0', '1', ' 8080 ', '65535'], ['65536', '-1', '100000', '1.5', '', 'a', '1a', 'a1']],
    ['retentionDays', ['0.5', '30', '36500'], ['0', '-1', '36501', '', ' ', 'a']],
    ['maxOpenExchanges', ['1', '1000'], ['0', '-1', '1.5', 'a', '9007199254740992']],
    ['workers', ['1', '64', ' 2 '], ['0', '65', '1.0', '1e1', '-1', '', 'x1', '1x']],
    ['bodySizeLimit', ['1', '1K', '128M'], ['0', '-1', 'a', '']],
    ['host', ['localhost', ' a '], ['', ' ']],
  ] as const)('for %s the values %j and not %j', (name, taken, refused) => {
    for (const text of taken) {
      const value = parse(name, text);
      expect([text, String(value)]).not.toEqual([text, 'undefined']);
      if (/^[\d.]+$/.test(text.trim())) expect(value).toBe(Number(text));
    }
    for (const text of refused) expect([text, parse(name, text)]).toEqual([text, undefined]);
  });

  it('sizes in powers of 1024, and texts without the space around them', () => {
    expect(parse('bodySizeLimit', '2K')).toBe(2048);
    expect(parse('host', ' a ')).toBe('a');
  });

  it('an IPv6 address in brackets', () => {
    expect(parse('host', '[::1]')).toBe('::1');
    expect(parse('host', ' [fd00::1] ')).toBe('fd00::1');
    expect(parse('host', '[]')).toBeUndefined();
  });

  it('true and false in any of the usual words', () => {
    for (const text of ['true', '1', 'yes', 'on', ' ON '])
      expect([text, parse('logBodies', text)]).toEqual([text, true]);
    for (const text of ['false', '0', 'no', 'off', 'Off'])
      expect([text, parse('logBodies', text)]).toEqual([text, false]);
    for (const text of ['', 'maybe', '2', 'truely'])
      expect([text, parse('logBodies', text)]).toEqual([text, undefined]);
  });

  it.each([
    ['websockets', ['auto', 'relay', 'bridge', 'off']],
    ['chatgptLogin', ['passthrough', 'replace', 'off']],
  ] as const)('for %s one of its words', (name, words) => {
    for (const word of words) {
      expect(parse(name, word)).toBe(word);
      expect(parse(name, ` ${word.toUpperCase()} `)).toBe(word);
    }
    for (const word of ['', 'on', 'toString', `${words[0]}s`]) expect(parse(name, word)).toBeUndefined();
  });

  it('addresses of http and https, without query and fragment, and without a slash at their end', () => {
    const href = (text: string): unknown => SETTINGS.chatgptBaseUrl.parse(text)?.href;
    expect(href(' https://a.example/v1// ')).toBe('https://a.example/v1');
    expect(href('http://a.example')).toBe('http://a.example/');
    for (const text of [
      'ftp://a.example',
      'https://a.example/?a=1',
      'https://a.example/#a',
      'a.example',
      '',
    ]) {
      expect([text, href(text)]).toEqual([text, undefined]);
    }
  });

  it('for a key visible letters and signs, and for models a list', () => {
    const { apiKey, models } = PROVIDER_FIELDS;
    expect(apiKey.parse(' sk-!~ ')).toBe('sk-!~');
    for (const text of ['a b', 'ü', 'a\u007f', ''])
      expect([text, apiKey.parse(text)]).toEqual([text, undefined]);
    expect(models.parse(' a , ,b,')).toEqual(['a', 'b']);
  });
});

it('each setting has a variable of its own, and what it falls back to is what it takes', () => {
  const all = Object.values(SETTINGS);
  expect(new Set(all.map(({ variable }) => variable)).size).toBe(all.length);
  expect(new Set(all.map(({ path }) => path.join('.'))).size).toBe(all.length);
  for (const each of all) {
    if ('fallback' in each)
      expect([each.variable, each.parse(each.fallback)]).not.toEqual([each.variable, undefined]);
  }
  expect(SETTINGS.masterKey).toMatchObject({ secret: true, variable: 'GOMODEL_MASTER_KEY' });
});

describe('a value', () => {
  const sources = { flags: {}, env: {}, dotenv: {} };
  it('is taken from the strongest source, with where it came from', () => {
    const file = {
      name: 'gomodel.yaml',
      source: 'data_folder',
      settings: { bodySizeLimit: { value: '4', origin: 'gomodel.yaml:2', source: 'data_folder' } },
      providers: [],
      aliases: new Map(),
      failover: undefined,
    } as const;
    const read = (more: object) => readSetting('bodySizeLimit', { ...sources, ...more });
    expect(read({})).toEqual({ value: 128 * 2 ** 20, origin: 'default', source: 'default' });
    expect(read({ file })).toEqual({ value: 4, origin: 'gomodel.yaml:2', source: 'data_folder' });
    const dotenv = { BODY_SIZE_LIMIT: '3' };
    expect(read({ file, dotenv })).toEqual({
      ...{ value: 3, origin: 'BODY_SIZE_LIMIT in .env', source: 'working_folder' },
    });
    const dotenvFile = { name: 'x.env', source: 'named_file' };
    expect(read({ file, dotenv, dotenvFile })).toMatchObject({
      ...{ origin: 'BODY_SIZE_LIMIT in x.env', source: 'named_file' },
    });
    const env = { BODY_SIZE_LIMIT: '2' };
    expect(read({ file, dotenv, env })).toEqual({
      value: 2,
      origin: 'BODY_SIZE_LIMIT',
      source: 'environment',
    });
    const flags = { bodySizeLimit: '1' };
    expect(read({ file, dotenv, env, flags })).toEqual({
      value: 1,
      origin: '--body-size-limit',
      source: 'flag',
    });
    expect(readSetting('host', sources)).toBeUndefined();
  });

  it('that is refused is quoted, without a password, and a secret not at all', () => {
    const refused = (setting: Parameters<typeof parseGiven>[0], value: string) => () =>
      parseGiven(setting, [{ value, origin: 'X', source: 'environment' }]);
    expect(refused(SETTINGS.port, 'many')).toThrow(
      /^X "many" is not a port from 0 \(any free one\) to 65535\.$/,
    );
    expect(refused(SETTINGS.chatgptBaseUrl, 'ftp://ada:hunter2@host')).toThrow(/^X "ftp:\/\/host" is not/);
    expect(refused(PROVIDER_FIELDS.apiKey, 'a b')).toThrow(/^X is not a key/);
    expect(parseGiven(SETTINGS.port, [undefined, { value: ' ', origin: 'X', source: 'flag' }])).toEqual([]);
  });
});

it('a duration is a number with its unit', () => {
  const DURATIONS: readonly [string, number | undefined][] = [
    ['500ms', 500],
    ['1.5s', 1500],
    [' 2 m ', 120_000],
    ['0.0004s', 0],
    ['10', undefined],
    ['s', undefined],
    ['1h', undefined],
    ['-1s', undefined],
    ['1s 2', undefined],
    ['x1s', undefined],
    ['1.s', undefined],
    ['', undefined],
  ];
  for (const [text, ms] of DURATIONS) expect([text, parseDuration(text)]).toEqual([text, ms]);
});

describe('a variable of the environment', () => {
  const read = (name: SettingName, variables: Record<string, string>, dotenv: Record<string, string> = {}) =>
    readSetting(name, { flags: {}, env: variables, dotenv })?.value;

  it('may come in the quotes of a file that no shell has read', () => {
    expect(read('masterKey', { GOMODEL_MASTER_KEY: '"the key"' })).toBe('the key');
    expect(read('masterKey', { GOMODEL_MASTER_KEY: "'the key'\n" })).toBe('the key');
    expect(read('port', { PORT: '"8081"' })).toBe(8081);
    expect(read('logBodies', { LOGGING_LOG_BODIES: "'false'" })).toBe(false);
    for (const key of ['"', '"a', `"a'`, 'a"b"']) {
      expect(read('masterKey', { GOMODEL_MASTER_KEY: key })).toBe(key);
    }
    expect(read('masterKey', { GOMODEL_MASTER_KEY: '""' })).toBeUndefined();
  });

  it.each([
    `\${OPENAI_API_KEY}`,
    '$(cat key)',
    '{{ key }}',
    'os.environ/OPENAI_API_KEY',
    'op://vault/item/key',
  ])('is no secret where it is the reference %s', (reference) => {
    const reason = 'GOMODEL_MASTER_KEY is a reference to a secret, which nothing has put in its place';
    expect(() => read('masterKey', { GOMODEL_MASTER_KEY: reference })).toThrow(reason);
    const given = [{ value: reference, origin: 'OPENAI_API_KEY', source: 'environment' as const }];
    expect(() => parseGiven(PROVIDER_FIELDS.apiKey, given)).toThrow('OPENAI_API_KEY is a reference');
  });
});
