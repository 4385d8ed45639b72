/** What a repair of a schema needs beside it. */
export interface SchemaNotes {
  /** Notes what was changed, in a few words. */
  readonly note: (what: string) => void;
  /** Counts a schema. @throws SchemaTooLarge where there are too many, or they are nested too deeply */
  readonly count: (depth: number) => void;
}

/** Far above the largest tool seen (some 2,000), far below what takes a noticeable time. */
const MAX_SCHEMAS = 20_000;
const MAX_DEPTH = 100;

export class SchemaTooLarge extends Error {}

export const createSchemaNotes = (note: (what: string) => void): SchemaNotes => {
  let schemas = 0;
  return {
    note,
    count: (depth) => {
      schemas++;
      if (schemas > MAX_SCHEMAS || depth > MAX_DEPTH) throw new SchemaTooLarge();
    },
  };
};
