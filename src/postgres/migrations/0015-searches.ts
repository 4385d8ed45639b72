import { FIRST_FORM, TOKENS } from './0012-add-to-grains.ts';
import { countingFunctions } from './0012-log-grains.ts';

export const SEARCH_COUNTS = ['web_searches', 'preview_web_searches', 'file_searches', 'citation_tokens'];
export const addColumns = (table: string, columns: readonly string[]): string =>
  `ALTER TABLE gomodel.${table} ${columns.map((column) => `ADD COLUMN ${column} bigint`).join(', ')};`;

/** What is paid for beside tokens. */
export const SEARCHES = `
${addColumns('exchanges', SEARCH_COUNTS)}
${addColumns('usage_sums', SEARCH_COUNTS)}
${countingFunctions({ ...FIRST_FORM, counts: [...TOKENS, ...SEARCH_COUNTS] })}
`;
