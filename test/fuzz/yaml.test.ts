import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/base/errors.ts';
import { parseConfigFile } from '../../src/config/file/parse-config-file.ts';
import { runs } from '../support/fuzz/budget.ts';

const SECRET = 'sk-secret-of-the-environment';
const variable = (name: string): string => `\${${name}}`;

const PIECES = [
  'default_provider',
  'providers',
  'aliases',
  'failover',
  'server',
  'port',
  'master_key',
  'api_key',
  'base_url',
  'headers',
  'models',
  'type',
  'native',
  'openai',
  'groq',
  'compatible',
  'id',
  'model',
  'effort',
  'fallbacks',
  'attempts',
  ':',
  ': ',
  ':\n',
  ':\n  ',
  ':\n    ',
  '- ',
  '\n',
  '\n  ',
  '\n    ',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '&a ',
  '*a',
  '<<: *a',
  '!!js/function ',
  '!!binary ',
  '!!set ',
  '? ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '---',
  '...',
  '%YAML 1.1',
  '\t',
  '\0',
  '\uFEFF',
  '__proto__',
  'constructor',
  'null',
  '~',
  'true',
  '8080',
  '-1',
  '1e99',
  '.inf',
  'https://x.example/v1',
  'file:///etc/passwd',
  variable('KEY'),
  variable('KEY:-'),
  variable('NOT_SET'),
  '${',
  '${KEY',
  `$${variable('KEY')}`,
  variable('constructor'),
  variable('__proto__'),
];

const document = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''));
const entry = fc.tuple(
  fc.constantFrom('api_key', 'base_url', 'type', 'models', 'headers', 'native', 'x', '__proto__'),
  fc.constantFrom<unknown>(
    variable('KEY'),
    'https://x.example/v1',
    'openai',
    [],
    ['m'],
    { a: variable('KEY') },
    null,
    1,
    'not a url',
  ),
);
const plausible = fc
  .array(
    fc.tuple(
      fc.constantFrom('openai', 'groq', 'corp', '../x', 'a b', '__proto__'),
      fc.array(entry, { maxLength: 4 }),
    ),
    { maxLength: 3 },
  )
  .map((providers) =>
    JSON.stringify({
      providers: Object.fromEntries(providers.map(([id, entries]) => [id, Object.fromEntries(entries)])),
    }),
  );

it('any text is a configuration, or refused with a place and without a secret', () => {
  fc.assert(
    fc.property(fc.oneof(document, plausible), (text) => {
      try {
        parseConfigFile(text, 'gomodel.yaml', { KEY: SECRET });
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        expect(error.code).toBe('invalid_config');
        expect(error.message).not.toContain(SECRET);
        expect(error.message).toMatch(/^gomodel\.yaml:\d+:\d+: /);
      }
    }),
    runs(3000),
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it('a file that grows when it is read is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++)
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  expect(() => parseConfigFile(lines.join('\n'), 'gomodel.yaml', {})).toThrow(GatewayError);
});

it.each(['[', '{a: ', '- '])('a file that is 20,000 times %s deep is refused', (open) => {
  expect(() => parseConfigFile(open.repeat(20_000), 'gomodel.yaml', {})).toThrow(GatewayError);
});
