import { expect, it } from 'vitest';
import { createDevices } from '../../../src/identity/sign-ins/devices.ts';
import { openFileEntryStore } from '../../../src/identity/sign-ins/file-entry-store.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const TEN_MINUTES_MS = 10 * 60_000;

it('leaves room for others where one address begins as often as it can', async () => {
  let now = 1_000;
  const devices = createDevices(
    openFileEntryStore(createTemporaryFolder('devices'), () => now),
    () => now,
  );
  const begin = async (address: string): Promise<boolean> =>
    (await devices.begin({ address, program: 'test' })) !== undefined;
  for (let count = 0; count < 200; count++) expect(await begin('192.0.2.1')).toBe(true);
  expect(await begin('192.0.2.1')).toBe(false);
  expect(await begin('192.0.2.2')).toBe(true);
  now += TEN_MINUTES_MS;
  expect(await begin('192.0.2.1')).toBe(true);
});

it('lets no more begin than may wait at once, from however many addresses', async () => {
  let now = 1_000;
  const devices = createDevices(
    openFileEntryStore(createTemporaryFolder('devices'), () => now),
    () => now,
  );
  const begin = async (count: number): Promise<boolean> =>
    (await devices.begin({ address: `192.0.2.${count % 200}`, program: 'test' })) !== undefined;
  for (let count = 0; count < 500; count++) expect(await begin(count)).toBe(true);
  expect(await begin(500)).toBe(false);
  // What has ended is swept once a minute.
  now += TEN_MINUTES_MS;
  expect(await begin(500)).toBe(true);
});
