import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openFileEntryStore } from '../../../src/identity/sign-ins/file-entry-store.ts';
import { describeEntryStore } from '../../support/identity/describe-entry-store.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

describeEntryStore('files', async () => {
  const dataDir = join(createTemporaryFolder('entries'), 'data');
  return (now) => openFileEntryStore(dataDir, now);
});

it('files of sign-ins are for their owner alone, and nothing else is read as one', async () => {
  const dataDir = join(createTemporaryFolder('entries'), 'data');
  const store = openFileEntryStore(dataDir, () => 1_000);
  const folder = join(dataDir, 'sign-ins');
  expect([await store.count('code'), await store.sweep()]).toEqual([0, undefined]);
  await store.change('code', 'ab', () => ({ keep: { expiresAtMs: 2_000 }, result: undefined }));
  expect(readdirSync(folder)).toEqual(['code-ab.json']);
  expect([statSync(folder).mode & 0o777, statSync(join(folder, 'code-ab.json')).mode & 0o777]).toEqual([
    0o700, 0o600,
  ]);
  for (const [key, text] of [
    ['01', 'not JSON'],
    ['02', '[]'],
    ['03', '{"expiresAtMs":"2000"}'],
    ['04', 'x'.repeat(300_000)],
  ] as const) {
    writeFileSync(join(folder, `code-${key}.json`), text);
    expect([key, await store.read('code', key)]).toEqual([key, undefined]);
  }
  mkdirSync(join(folder, 'code-05.json'));
  expect(await store.read('code', '05')).toBe(undefined);
  await expect(store.read('code', '../keys')).rejects.toThrow(TypeError);
});
