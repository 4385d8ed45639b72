import { FIRST_FORM, type SumForm, TOKENS } from './0012-add-to-grains.ts';
import { countingFunctions } from './0012-log-grains.ts';
import { addColumns, SEARCH_COUNTS } from './0015-searches.ts';

const MEDIA_COUNTS = [
  'input_image_tokens',
  'cached_image_tokens',
  'output_image_tokens',
  'audio_ms',
  'characters',
];

export const WITH_MEDIA: SumForm = {
  ...FIRST_FORM,
  counts: [...TOKENS, ...SEARCH_COUNTS, ...MEDIA_COUNTS],
};

/** Pictures, which have prices of their own; sound that is charged by its length, and speech by its characters. */
export const MEDIA = `
${addColumns('exchanges', MEDIA_COUNTS)}
${addColumns('usage_sums', MEDIA_COUNTS)}
${countingFunctions(WITH_MEDIA)}
`;
