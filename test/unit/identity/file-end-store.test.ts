import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAX_ENDS } from '../../../src/guard/people/end-store.ts';
import { openFileEndStore } from '../../../src/identity/sign-ins/file-end-store.ts';
import { describeEndStore } from '../../support/identity/describe-end-store.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

describeEndStore('a file', async () => {
  const dataDir = join(createTemporaryFolder('ends'), 'data');
  return (now) => openFileEndStore(dataDir, now);
});

it('the file is for its owner alone, keeps the newest, and passes over what the gateway did not write', async () => {
  const dataDir = join(createTemporaryFolder('ends'), 'data');
  const store = openFileEndStore(dataDir, () => 1_000);
  const ends = Array.from({ length: MAX_ENDS + 5 }, (_, at) => ({
    kind: 'sign-in' as const,
    id: `${at}`,
    atMs: 1_000,
  }));
  await store.add(ends);
  const kept = await store.load();
  expect([kept.length, kept.at(-1)?.id]).toEqual([MAX_ENDS, `${MAX_ENDS + 4}`]);
  const file = join(dataDir, 'sign-in-ends.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(
    file,
    '{"ends":[7,{"kind":"key","id":"a","atMs":1},{"kind":"person","id":"sso:a","atMs":1}]}',
  );
  expect(await store.load()).toEqual([{ kind: 'person', id: 'sso:a', atMs: 1 }]);
  for (const text of ['[]', '{}', 'null']) {
    writeFileSync(file, text);
    expect(await store.load()).toEqual([]);
  }
});
