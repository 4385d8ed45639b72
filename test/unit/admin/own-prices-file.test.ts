import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOwnPricesReader } from '../../../src/admin/cost/own-prices.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const TEXT = '{"local-*":{"input":1,"output":2}}';
const utf16 = Buffer.from(`\ufeff${TEXT}`, 'utf16le');

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, as PowerShell writes it', utf16],
])('reads prices.json in %s (K13)', async (_title, bytes) => {
  const folder = createTemporaryFolder('prices');
  writeFileSync(join(folder, 'prices.json'), bytes);
  const { find, problems } = await createOwnPricesReader(folder)();
  expect(problems).toEqual([]);
  const priced = {
    model: 'local-a',
    upstreamModel: undefined,
    serviceTier: undefined,
    provider: 'ollama',
    startedAtMs: 0,
  };
  expect(find(priced)?.ratesFor(0)).toMatchObject({ input: 1, output: 2 });
});
