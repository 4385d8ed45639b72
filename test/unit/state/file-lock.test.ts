import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFileLock } from '../../../src/state/file-lock.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const lockIn = (folder: string): string => join(folder, 'state.json.lock');

/** Makes a file too old for a lock whose owner is still writing it. */
const age = (path: string): void => utimesSync(path, new Date(0), new Date(0));

describe('a lock', () => {
  it('is there while the work runs, and gone afterwards, whatever the work did', async () => {
    const path = lockIn(createTemporaryFolder('lock'));
    expect(await withFileLock(path, async () => existsSync(path))).toBe(true);
    expect(existsSync(path)).toBe(false);
    await expect(withFileLock(path, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(existsSync(path)).toBe(false);
  });

  it('that its process left unfilled is taken away, up to 4 KiB of it', async () => {
    const path = lockIn(createTemporaryFolder('lock'));
    for (const left of ['', ' '.repeat(4096)]) {
      writeFileSync(path, left);
      age(path);
      expect(await withFileLock(path, async () => 'done')).toBe('done');
    }
  });
});

describe('in place of a lock', () => {
  const refused = { code: 'command_failed', message: expect.stringContaining('is not a lock file') };

  it('a link is refused, and neither it nor its target is touched', async () => {
    const folder = createTemporaryFolder('lock');
    const target = join(folder, 'target');
    // What it holds would be a lock that nobody holds any more.
    writeFileSync(target, '');
    age(target);
    symlinkSync(target, lockIn(folder));
    await expect(withFileLock(lockIn(folder), async () => 'done')).rejects.toMatchObject(refused);
    expect(readFileSync(lockIn(folder), 'utf8')).toBe('');
    expect(existsSync(target)).toBe(true);
  });

  it('a folder is refused', async () => {
    const path = lockIn(createTemporaryFolder('lock'));
    mkdirSync(path);
    await expect(withFileLock(path, async () => 'done')).rejects.toMatchObject(refused);
  });

  it('a file of more than 4 KiB is refused', async () => {
    const path = lockIn(createTemporaryFolder('lock'));
    writeFileSync(path, ' '.repeat(4097));
    age(path);
    await expect(withFileLock(path, async () => 'done')).rejects.toMatchObject(refused);
    expect(existsSync(path)).toBe(true);
  });

  it.runIf(process.platform !== 'win32')('a FIFO is refused without waiting for its writer', async () => {
    const path = lockIn(createTemporaryFolder('lock'));
    execFileSync('mkfifo', [path]);
    await expect(withFileLock(path, async () => 'done')).rejects.toMatchObject(refused);
  });
});
