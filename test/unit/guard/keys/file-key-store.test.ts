import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openFileKeyStore } from '../../../../src/guard/keys/file-key-store.ts';
import { describeKeyStore } from '../../../support/guard/describe-key-store.ts';
import { openDesk } from '../../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../../support/temporary-folder.ts';

describeKeyStore('a file', async () => {
  const folder = createTemporaryFolder('keys');
  return () => openFileKeyStore(join(folder, 'data'));
});

const folderWith = (content: string): string => {
  const folder = createTemporaryFolder('keys');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'keys.json'), content, { mode: 0o600 });
  return folder;
};

const KEY = {
  id: 'abcdefgh01',
  name: 'anna',
  sha256: 'a'.repeat(64),
  role: 'user',
  createdAt: '2026-01-01T00:00:00.000Z',
};
const bookOf = (...keys: object[]): string => JSON.stringify({ schemaVersion: 1, keys });

it.each([
  ['half a file', bookOf(KEY).slice(0, -5), /JSON/],
  ['a list', '[]', /the whole is not an object/],
  ['another version', '{"schemaVersion":2,"keys":[]}', /schemaVersion is not 1/],
  ['keys that are no list', '{"schemaVersion":1,"keys":{}}', /keys is not a list/],
  ['an unknown role', bookOf(KEY, { ...KEY, id: 'abcdefgh02', role: 'root' }), /keys\[1\]\.role is wrong/],
  ['a key without a hash', bookOf({ ...KEY, sha256: undefined }), /keys\[0\]\.sha256/],
  ['a key twice', bookOf(KEY, KEY), /"abcdefgh01" twice/],
  ['a time that is none', bookOf({ ...KEY, revokedAt: 'yesterday' }), /keys\[0\]\.revokedAt/],
  ['a member that nobody knows', bookOf({ ...KEY, modells: [] }), /keys\[0\]\.modells/],
])('refuses %s, says where, and changes nothing', async (_name, content, where) => {
  const folder = folderWith(content);
  await expect(openFileKeyStore(folder).load()).rejects.toMatchObject({
    code: 'keys_unreadable',
    message: expect.stringMatching(where),
  });
  await expect(openDesk(folder).create({ name: 'bert' })).rejects.toMatchObject({ code: 'keys_unreadable' });
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe(content);
});

it('keeps a hash and not the key, for its owner alone', async () => {
  const folder = join(createTemporaryFolder('keys'), 'data');
  const { text } = await openDesk(folder).create({ name: 'anna' });
  for (const file of ['keys.json', 'admin-log.jsonl']) {
    const path = join(folder, file);
    expect(readFileSync(path, 'utf8')).not.toContain(text.slice(17, -6));
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});
