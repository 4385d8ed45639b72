import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownIdentity } from '../../../src/state/process-identity.ts';
import { type Hold, takeHold } from '../../../src/state/sole-hold.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const placeIn = (): string => join(createTemporaryFolder('hold'), 'ledger.holder');
const release = (hold: Hold): void => {
  if (hold.kind === 'held') hold.release();
};

it('is one process’s at a time, and free again when that lets it go', async () => {
  const path = placeIn();
  const first = await takeHold(path);
  expect(first.kind).toBe('held');
  expect(await takeHold(path)).toEqual({ kind: 'taken', pid: process.pid });
  release(first);
  expect(existsSync(path)).toBe(false);
  const second = await takeHold(path);
  expect(second.kind).toBe('held');
  release(second);
});

it('goes to one of many that want it at once', async () => {
  const path = placeIn();
  const all = await Promise.all(Array.from({ length: 20 }, () => takeHold(path)));
  expect(all.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  for (const hold of all) release(hold);
});

it.each([
  ['a process that is dead', () => ({ ...ownIdentity(), pid: spawnSync('true').pid })],
  ['one whose number another has since', () => ({ ...ownIdentity(), startTicks: 1 })],
  ['nobody that can be read', () => 'nonsense'],
])('is free where its file names %s', async (_name, owner) => {
  const path = placeIn();
  writeFileSync(path, JSON.stringify(owner()));
  const hold = await takeHold(path);
  expect(hold.kind).toBe('held');
  release(hold);
});

it('leaves the file of whoever has taken it since', async () => {
  const path = placeIn();
  const hold = await takeHold(path);
  const other = JSON.stringify({ ...ownIdentity(), pid: 1 });
  writeFileSync(path, other);
  release(hold);
  expect(readFileSync(path, 'utf8')).toBe(other);
});
