import { TOKENS } from './0012-add-to-grains.ts';
import { countingFunctions } from './0012-log-grains.ts';

const MORE = ['web_searches', 'preview_web_searches', 'file_searches', 'citation_tokens'];
const add = (table: string): string =>
  `ALTER TABLE gomodel.${table} ${MORE.map((column) => `ADD COLUMN ${column} bigint`).join(', ')};`;

/** What is paid for beside tokens. */
export const SEARCHES = `
${add('exchanges')}
${add('usage_sums')}
${countingFunctions([...TOKENS, ...MORE])}
`;
