import { chownSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createListFile } from '../../src/providers/lists/saved-lists.ts';
import { loadSealingSecret } from '../../src/server/shared/load-sealing-secret.ts';
import { openState } from '../../src/state/state.ts';
import { runCli, startCli } from '../support/cli/start-cli.ts';
import { createRepository } from '../support/safety/create-repository.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const STRANGER = 54_321;
const isRoot = process.geteuid?.() === 0;

const createVictim = (): string => {
  const file = join(createTemporaryFolder('victim'), 'file');
  writeFileSync(file, 'mine\n');
  return file;
};

describe('a data folder', () => {
  const run = (repository: ReturnType<typeof createRepository>, dataDir: string) =>
    runCli(['config'], { HOME: repository.home, GOMODEL_HOME: dataDir }, repository.path);

  it('may be a link of the user to a folder of theirs', async () => {
    const repository = createRepository();
    const target = join(repository.home, 'dotfiles');
    mkdirSync(target);
    symlinkSync(target, repository.dataDir);
    expect(await run(repository, repository.dataDir)).toMatchObject({ code: 0, stderr: '' });
  });

  it('is refused where it is a link in the working folder, or into it, or to nowhere', async () => {
    const repository = createRepository();
    const outside = createTemporaryFolder('outside');
    mkdirSync(join(repository.path, 'inside'));
    symlinkSync(outside, join(repository.path, 'link'));
    symlinkSync(join(repository.path, 'inside'), join(outside, 'link'));
    symlinkSync(join(outside, 'nothing'), join(outside, 'dangling'));
    for (const folder of [join(repository.path, 'link'), join(outside, 'link'), join(outside, 'dangling')]) {
      const { code, stderr } = await run(repository, folder);
      expect({ folder, code }).toEqual({ folder, code: 2 });
      expect(stderr).toMatch(/is a link.* --data-dir or GOMODEL_HOME/);
    }
  });

  it('is refused where it lies in the working folder and holds links', async () => {
    const repository = createRepository();
    mkdirSync(join(repository.path, 'data'));
    expect(await run(repository, join(repository.path, 'data'))).toMatchObject({ code: 0 });
    symlinkSync('/tmp', join(repository.path, 'data', 'audit'));
    expect(await run(repository, join(repository.path, 'data'))).toMatchObject({ code: 2 });
  });

  it('is refused where it is a file', async () => {
    const repository = createRepository();
    expect(await run(repository, createVictim())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a folder'),
    });
  });

  it.runIf(isRoot)(
    "is refused where it, or a link's target, is another user's, with what to do",
    async () => {
      const repository = createRepository();
      const folder = createTemporaryFolder('stranger');
      chownSync(folder, STRANGER, STRANGER);
      const link = join(repository.home, 'link');
      symlinkSync(folder, link);
      for (const dataDir of [folder, link]) {
        const { code, stderr } = await run(repository, dataDir);
        expect(code).toBe(2);
        expect(stderr).toMatch(/belongs to the user 54321.*chown/);
      }
    },
  );
});

describe('a file of the data folder that is a link', () => {
  it('is not followed by the state', async () => {
    const victim = createVictim();
    const dataDir = createTemporaryFolder('data');
    // What lowdb's own adapter writes into.
    symlinkSync(victim, join(dataDir, '.state.json.tmp'));
    const state = await openState<{ readonly id: string }>(dataDir);
    await state.edits.add({ id: 'one' });
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
    expect(statSync(join(dataDir, 'state.json')).mode & 0o777).toBe(0o600);

    const other = createTemporaryFolder('data');
    symlinkSync(victim, join(other, 'state.json'));
    await expect((await openState(other)).edits.list()).rejects.toMatchObject({
      message: expect.stringContaining('is a symbolic link'),
    });
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
  });

  it('is not followed by the lists of models', async () => {
    const victim = createVictim();
    const dataDir = createTemporaryFolder('data');
    symlinkSync(victim, join(dataDir, 'models.json'));
    const file = createListFile(dataDir);
    expect(await file.load()).toBeUndefined();
    await file.save('{}');
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
    expect(lstatSync(join(dataDir, 'models.json')).isSymbolicLink()).toBe(false);
  });

  it('is refused as sealing secret, as is one of another user, a folder, or something large', async () => {
    const secret = Buffer.alloc(32, 1);
    const cases: ReadonlyArray<(path: string) => void> = [
      (path) => {
        const target = join(createTemporaryFolder('secret'), 'secret');
        writeFileSync(target, secret);
        symlinkSync(target, path);
      },
      (path) => void mkdirSync(path),
      (path) => writeFileSync(path, Buffer.alloc(10_000)),
      ...(isRoot
        ? [
            (path: string) => {
              writeFileSync(path, secret);
              chownSync(path, STRANGER, STRANGER);
            },
          ]
        : []),
    ];
    for (const create of cases) {
      const dataDir = createTemporaryFolder('data');
      create(join(dataDir, 'sealing-secret'));
      await expect(loadSealingSecret(dataDir)).rejects.toMatchObject({
        code: 'invalid_config',
        message: expect.stringContaining('Delete it'),
      });
    }
  });

  it('keeps serve from starting, and nothing behind it is written', async () => {
    const repository = createRepository();
    const victim = createVictim();
    mkdirSync(repository.dataDir, { mode: 0o700 });
    symlinkSync(victim, join(repository.dataDir, 'sealing-secret'));
    for (const workers of ['1', '2']) {
      const args = ['serve', '--port', '0', '--demo', '--workers', workers];
      const running = startCli(args, { HOME: repository.home }, repository.path);
      onTestFinished(() => void running.child.kill('SIGKILL'));
      expect(await running.ended).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('symbolic link'),
      });
    }
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
  });

  it('is the same secret for whoever opens the folder next', async () => {
    const dataDir = createTemporaryFolder('data');
    expect(await loadSealingSecret(dataDir)).toEqual(await loadSealingSecret(dataDir));
  });
});
