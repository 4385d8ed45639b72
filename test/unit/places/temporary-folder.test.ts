import { rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../../../src/state/temporary-folder.ts';
import { createTemporaryFolder as ownFolder } from '../../support/temporary-folder.ts';

it('is made in the first place that lets it, for its user alone', async () => {
  const place = ownFolder('places');
  const folder = await createTemporaryFolder('x-', ['/sys/nowhere', place, '/tmp']);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(dirname(folder)).toBe(place);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('where no place lets it, says what to set, and what each place said', async () => {
  await expect(createTemporaryFolder('x-', ['/sys/one', '/sys/two'])).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringMatching(/\/sys\/one.*\/sys\/two.*Set TMPDIR to a folder/),
  });
});
