import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withSecretFiles } from '../../../src/cli/read-secret-files.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const folder = createTemporaryFolder('secrets');
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('a secret in a file', () => {
  it.each([
    'OPENAI_API_KEY',
    'OPENAI_EAST_API_KEY',
    'OPENAI_API_KEY_2',
    'GOMODEL_MASTER_KEY',
    'POSTGRES_URL',
  ])('is the value of %s, without what stands around it', (name) => {
    const env = { [`${name}_FILE`]: put('key', '\uFEFF sk-1\r\n'), PATH: '/bin' };
    expect(withSecretFiles(env, '/')).toMatchObject({ [name]: 'sk-1', PATH: '/bin' });
    expect(env).not.toHaveProperty(name);
  });

  it('is found from the working folder, and none where nothing is named', () => {
    put('mine', 'k');
    expect(withSecretFiles({ X_API_KEY_FILE: 'mine' }, folder).X_API_KEY).toBe('k');
    const env = { X_API_KEY_FILE: '', OPENAI_BASE_URL_FILE: '/nowhere', PATH_FILE: '/nowhere' };
    expect(withSecretFiles(env, '/')).toBe(env);
  });

  it('that cannot be the one is refused by the name of its variable', () => {
    const open = (env: Record<string, string>) => () => withSecretFiles(env, '/');
    const key = put('key', 'k');
    mkdirSync(join(folder, 'dir'));
    expect(open({ GROQ_API_KEY_FILE: key, GROQ_API_KEY: 'x' })).toThrow(
      'GROQ_API_KEY_FILE: GROQ_API_KEY is set, too',
    );
    expect(open({ GROQ_API_KEY_FILE: '/nowhere/key' })).toThrow(
      'GROQ_API_KEY_FILE: /nowhere/key does not exist',
    );
    expect(open({ GROQ_API_KEY_FILE: join(folder, 'dir') })).toThrow(
      /GROQ_API_KEY_FILE: .*dir is not a regular file/,
    );
    expect(open({ GROQ_API_KEY_FILE: put('empty', ' \n') })).toThrow(/empty is empty/);
    const others = { FOO_API_KEY_FILE: '/nowhere/key', BAR_API_KEY_FILE: key, BAR_API_KEY: 'x' };
    expect(open(others)()).toBe(others);
    expect(open({ GROQ_API_KEY_FILE: put('large', 'x'.repeat(70_000)) })).toThrow(/large is larger than/);
  });
});
