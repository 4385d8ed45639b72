/** What a chunk says of the answer that it is a piece of. */
interface GenerationSign {
  readonly id: string | undefined;
  /** It names the speaker. */
  readonly hasRole: boolean;
  /** It has a piece of the answer: text, thought or call. */
  readonly tells: boolean;
  /** It ends the answer: some servers name the speaker there once more. */
  readonly ends?: boolean;
}

/** Notices where a stream goes over from one generation to another. */
export interface GenerationWatch {
  /** @returns true where this chunk shows that another answer than the first has begun */
  see(sign: GenerationSign): boolean;
}

/**
 * An intermediary that tries again in mid-stream sends a second answer after half of the first one. It has
 * another id, or opens as the first one did. Some servers make up an id for each chunk, or name the speaker
 * in each: with them neither says anything.
 */
export const createGenerationWatch = (): GenerationWatch => {
  let current: string | undefined;
  let hasTold = false;
  /** Two chunks in a row had the same id. */
  let idsLast = false;
  let hasChanged = false;
  /** A piece came without a role. */
  let rolesAreRare = false;

  return {
    see: ({ id, hasRole, tells, ends = false }) => {
      const opens = hasRole && !tells && !ends;
      const reopens = opens && hasTold && rolesAreRare;
      if (id !== undefined && (tells || opens)) {
        idsLast ||= id === current;
        hasChanged ||= hasTold && current !== undefined && id !== current;
        current = id;
      }
      hasTold ||= tells;
      rolesAreRare ||= tells && !hasRole;
      return reopens || (idsLast && hasChanged);
    },
  };
};
