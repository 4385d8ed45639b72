import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Tuples as JSON Schema 2020-12, which OpenAPI 3.1 speaks, spells them. */
const spellTuples = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('items' in value) || !Array.isArray(value.items)) {
    return value;
  }
  const { items, ...rest } = value;
  return { ...rest, prefixItems: items };
};

/** The types of the API as JSON Schemas, as `src/admin/openapi/schemas.json` holds them. */
export const generateSchemas = (): string => {
  const { definitions } = createGenerator({
    path: at('src/admin/api-types/*.ts'),
    tsconfig: at('tsconfig.json'),
    type: '*',
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema('*');
  const text = JSON.stringify(definitions, spellTuples, 2)
    .replaceAll('#/definitions/', '#/components/schemas/')
    // A name in OpenAPI has no brackets.
    .replace(/Paged(?:<|%3C)(\w+)(?:>|%3E)/g, 'Paged$1');
  return `${text}\n`;
};
