import { expect, it } from 'vitest';
import { generateSchemas } from '../../support/admin/generate-schemas.ts';

// After a change of the types: npx vitest run --config .config/vitest.config.ts test/unit/admin/openapi-schemas.test.ts -u
it('keeps the schemas of the OpenAPI document as the types of the API say', async () => {
  await expect(generateSchemas()).toMatchFileSnapshot('../../../src/admin/openapi/schemas.json');
}, 60_000);
