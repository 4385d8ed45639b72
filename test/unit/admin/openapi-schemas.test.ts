import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { generateSchemas } from '../../support/admin/generate-schemas.ts';

const FILE = fileURLToPath(new URL('../../../src/admin/openapi/schemas.json', import.meta.url));

// After a change of the types: UPDATE_SCHEMAS=1 npx vitest run … of this file, then npm run format.
it('keeps the schemas of the OpenAPI document as the types of the API say', () => {
  const generated = generateSchemas();
  if (process.env.UPDATE_SCHEMAS) writeFileSync(FILE, generated);
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(generated));
}, 60_000);
