import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOwnPricesReader } from '../../../src/admin/cost/own-prices.ts';
import { readSavedCatalog } from '../../../src/server/read-saved-catalog.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const MIB = 2 ** 20;

describe('prices.json of the data folder', () => {
  const PRICES = '{"m":{"input":1,"output":2}}';
  const priced = {
    model: 'm',
    upstreamModel: undefined,
    serviceTier: undefined,
    provider: 'openai',
    startedAtMs: 0,
  };

  it('is read up to 1 MiB, and read again where it has changed', async () => {
    const folder = createTemporaryFolder('data');
    const path = join(folder, 'prices.json');
    const read = createOwnPricesReader(folder);
    expect(await read()).toMatchObject({ problems: [] });
    writeFileSync(path, PRICES.padEnd(MIB));
    const full = await read();
    expect(full.problems).toEqual([]);
    expect(full.find(priced)?.ratesFor(1)).toMatchObject({ input: 1, output: 2 });
    expect(await read()).toBe(full);
    writeFileSync(path, PRICES.padEnd(MIB + 1));
    const tooLarge = await read();
    expect(tooLarge.problems).toEqual(['prices.json is larger than 1.0 MB, and is not used.']);
    expect(tooLarge.find(priced)).toBeUndefined();
    rmSync(path);
    expect((await read()).problems).toEqual([]);
  });

  it('may be a link to where its user keeps it, and must be a regular file', async () => {
    const folder = createTemporaryFolder('data');
    const kept = join(createTemporaryFolder('dotfiles'), 'kept.json');
    writeFileSync(kept, PRICES);
    symlinkSync(kept, join(folder, 'prices.json'));
    const read = createOwnPricesReader(folder);
    expect((await read()).find(priced)).toBeDefined();
    rmSync(join(folder, 'prices.json'));
    symlinkSync(folder, join(folder, 'prices.json'));
    expect((await read()).problems).toEqual(['prices.json is not a regular file, and is not used.']);
  });
});

describe('the saved catalog of the data folder', () => {
  it('is read up to 16 MiB, and never through a link', () => {
    const folder = createTemporaryFolder('data');
    const path = join(folder, 'codex-models.json');
    expect(readSavedCatalog(folder)).toBeUndefined();
    writeFileSync(path, '{}');
    expect(readSavedCatalog(folder)?.toString()).toBe('{}');
    truncateSync(path, 16 * MIB);
    expect(readSavedCatalog(folder)?.length).toBe(16 * MIB);
    truncateSync(path, 16 * MIB + 1);
    expect(readSavedCatalog(folder)).toBeUndefined();
    const other = createTemporaryFolder('data');
    const kept = join(other, 'kept.json');
    writeFileSync(kept, '{}');
    symlinkSync(kept, join(other, 'codex-models.json'));
    expect(readSavedCatalog(other)).toBeUndefined();
  });
});
