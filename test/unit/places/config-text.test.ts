import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfigText } from '../../../src/cli/read-config-text.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const TEXT = 'OPENAI_API_KEY=sk-ü\r\nPORT=9000\r\n';
const utf16 = Buffer.from(`\ufeff${TEXT}`, 'utf16le');

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, as PowerShell writes it', utf16],
  ['UTF-16, the other way round', Buffer.from(utf16).swap16()],
])('reads a .env file in %s (K13)', (_, bytes) => {
  const file = join(createTemporaryFolder('dotenv'), '.env');
  writeFileSync(file, bytes);
  expect(readConfigText(file)).toEqual({ kind: 'file', text: TEXT });
});
