import { RARE_COUNTS, type Usage } from '../../../sse/answer-summary.ts';

/** Such as `3,,1`: in the order of `RARE_COUNTS`. @returns undefined if there are none */
export const writeRareCounts = (usage: Usage): string | undefined => {
  if (RARE_COUNTS.every((name) => usage[name] === undefined)) return undefined;
  return RARE_COUNTS.map((name) => usage[name] ?? '').join(',');
};

/** Adds the counts that `writeRareCounts` has joined. */
export const readRareCounts = (text: string, usage: Usage): void => {
  for (const [place, count] of text.split(',').entries()) {
    const name = RARE_COUNTS[place];
    if (name !== undefined && count !== '') usage[name] = Number(count);
  }
};
