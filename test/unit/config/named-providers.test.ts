import { describe, expect, it } from 'vitest';
import { createSubstitution } from '../../../src/config/file/substitute-variables.ts';
import {
  findNamedProviders,
  isKnownProviderVariable,
  isProviderVariable,
  stemOf,
} from '../../../src/config/providers/provider-fields.ts';
import { ALL_SPECS } from '../../../src/providers/all-specs.ts';
import type { ProviderSpec } from '../../../src/providers/provider-spec.ts';

const specOf = (id: string): ProviderSpec => {
  const found = ALL_SPECS.find((spec) => spec.id === id);
  if (!found) throw new Error(`no spec ${id}`);
  return found;
};

describe('a variable of a provider', () => {
  it('ends in one of four words, and may be one of several keys', () => {
    for (const name of [
      'X_API_KEY',
      'X_API_KEY_2',
      'X_API_KEY_20',
      'X_BASE_URL',
      'X_API_VERSION',
      'X_MODELS',
      '_MODELS',
    ]) {
      expect([name, isProviderVariable(name)]).toEqual([name, true]);
    }
    for (const name of ['API_KEY', 'X_API_KEY_', 'X_API_KEY_200', 'X_KEY', 'XMODELS', '']) {
      expect([name, isProviderVariable(name)]).toEqual([name, false]);
    }
  });

  it('is known where it begins with the name of a provider', () => {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_EAST_BASE_URL', 'GROQ_MODELS']) {
      expect([name, isKnownProviderVariable(name)]).toEqual([name, true]);
    }
    for (const name of ['MINE_API_KEY', 'GROQX_API_KEY', 'X_GROQ_API_KEY', 'GROQ_HOME', 'GROQ']) {
      expect([name, isKnownProviderVariable(name)]).toEqual([name, false]);
    }
  });
});

describe('the providers that an environment names', () => {
  const named = (env: Record<string, string | undefined>) =>
    findNamedProviders(env, [specOf('openai'), specOf('groq')]).map(({ id, stem }) => [id, stem]);

  it('are in the order of the specs, each once, and by suffix in the order of letters', () => {
    const env = {
      GROQ_API_KEY: 'k',
      OPENAI_WEST_API_KEY: 'k',
      OPENAI_EAST_BASE_URL: 'u',
      OPENAI_EAST_API_KEY: 'k',
      OPENAI_API_KEY: 'k',
      OPENAI_B_2_MODELS: 'm',
    };
    expect(named(env)).toEqual([
      ['openai', 'OPENAI'],
      ['openai-b-2', 'OPENAI_B_2'],
      ['openai-east', 'OPENAI_EAST'],
      ['openai-west', 'OPENAI_WEST'],
      ['groq', 'GROQ'],
    ]);
  });

  it('need a value, and a suffix of capital letters and digits with single lines between', () => {
    expect(named({ GROQ_API_KEY: undefined, OPENAI_API_KEY: ' ', GROQ_MODELS: '' })).toEqual([]);
    for (const suffix of ['east', '_EAST', 'EAST_', 'EA__ST', 'EA-ST', 'EA.ST', 'API', 'É', '-A', 'A-']) {
      expect([suffix, named({ [`GROQ_${suffix}_API_KEY`]: 'k' })]).toEqual([suffix, []]);
    }
    for (const name of [
      'XGROQ_API_KEY',
      'GROQXAPI_KEY',
      'GROQAPI_KEY',
      'GROQ_KEY',
      'OTHER_API_KEY',
      'GROQ__API_KEY',
    ]) {
      expect([name, named({ [name]: 'k' })]).toEqual([name, []]);
    }
    expect(named({ GROQ_API_2_API_KEY: 'k' })).toEqual([['groq-api-2', 'GROQ_API_2']]);
  });

  it('have the shortest suffix where a variable can be read in two ways', () => {
    const spec: ProviderSpec = { ...specOf('groq'), id: 'one', prefix: 'ONE' };
    expect(
      findNamedProviders({ ONE_API_KEY: 'k', ONE_MODELS_API_KEY: 'k' }, [spec]).map(({ id }) => id),
    ).toEqual(['one', 'one-models']);
  });
});

it('a provider of the file has its variables under its own name, or that of its kind with a suffix', () => {
  const groq = specOf('groq');
  expect(stemOf('groq', groq)).toBe('GROQ');
  expect(stemOf('groq-eu.west--2', groq)).toBe('GROQ_EU_WEST_2');
  expect(stemOf('mine', groq)).toBe('MINE');
  expect(stemOf('my..corp-groq-', groq)).toBe('MY_CORP_GROQ_');
  const azure: ProviderSpec = { ...groq, id: 'azure', prefix: 'AZURE_OPENAI' };
  expect(stemOf('azure', azure)).toBe('AZURE_OPENAI');
  expect(stemOf('azure-eu', azure)).toBe('AZURE_OPENAI_EU');
  expect(stemOf('azureeu', azure)).toBe('AZUREEU');
});

describe('variables in a text', () => {
  const ref = (inner: string): string => `$\{${inner}}`;
  const put = (text: string, env: Record<string, string> = {}) => createSubstitution(env, ' here')(text);

  it('are put in where they are named, and nothing else is', () => {
    const env = { A: '1', B: '2', EMPTY: '' };
    const TEXTS: readonly [string, string][] = [
      ['', ''],
      ['plain } { $ $A', 'plain } { $ $A'],
      [ref('A'), '1'],
      [`${ref('A')}${ref('B')}`, '12'],
      [`x${ref('A')}y${ref('B')}z`, 'x1y2z'],
      [ref('NONE:-d'), 'd'],
      [ref('EMPTY:-d'), 'd'],
      [ref('A:-d'), '1'],
      [ref('NONE:-'), ''],
      [ref('NONE:-a:-b'), 'a:-b'],
      [`$${ref('A')}`, ref('A')],
      [`$$${ref('A')}`, `$${ref('A')}`],
      [`$${ref('A')}$${ref('B')}`, ref('A') + ref('B')],
      [`${ref('A')}$${ref('B')}`, `1${ref('B')}`],
      ['${A', '${A'],
    ];
    for (const [text, expected] of TEXTS)
      expect([text, put(text, env)]).toEqual([text, { kind: 'text', text: expected }]);
  });

  it('are told where they are not set, or not named as variables are', () => {
    expect(put(ref('NONE'))).toEqual({
      kind: 'problem',
      problem: `the variable NONE is not set here; ${ref('NONE:-')} allows that`,
    });
    for (const inner of ['', '1A', 'A B', ':-d', 'A-B', 'Ä']) {
      expect([inner, put(ref(inner))]).toMatchObject([inner, { kind: 'problem' }]);
    }
    expect(put(ref(`1${'x'.repeat(50)}`))).toEqual({
      kind: 'problem',
      problem: `${ref(`1${'x'.repeat(39)}`)} is neither ${ref('NAME')} nor ${ref('NAME:-default')}`,
    });
  });

  it('come to 1 MB in all texts of a file together, and no more', () => {
    const half = { HALF: 'x'.repeat(2 ** 19), ONE: 'x' };
    const substitute = createSubstitution(half);
    expect(substitute(ref('HALF')).kind).toBe('text');
    expect(substitute(`${ref('HALF')}and more text of the file itself`).kind).toBe('text');
    expect(substitute('no variable').kind).toBe('text');
    expect(substitute(ref('ONE'))).toEqual({
      kind: 'problem',
      problem: 'its variables come to more than 1 MB',
    });
  });
});
