/**
 * Whether a client already has what an entity tag stands for.
 * @param header `If-None-Match`
 * @see RFC 9110 §13.1.2
 */
export const ifNoneMatch = (header: string | undefined, tag: string): boolean =>
  header
    ?.split(',')
    .some((candidate) => candidate.trim().replace(/^W\//, '') === tag || candidate.trim() === '*') ?? false;
