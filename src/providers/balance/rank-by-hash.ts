import { createHash } from 'node:crypto';

const HASH_BYTES = 6;
const HASH_RANGE = 2 ** (8 * HASH_BYTES);

/** Between 0 and 1, the same in every process. */
const drawFor = (session: string, target: string): number =>
  (createHash('sha256').update(`${session}\0${target}`).digest().readUIntBE(0, HASH_BYTES) + 0.5) /
  HASH_RANGE;

/**
 * Weighted rendezvous hashing: over many sessions each target comes first as often as its weight says, and where
 * one goes, only its own sessions move. Every process ranks them alike.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-bess-weighted-hrw
 */
export const rankByHash = <Target extends { readonly weight: number }>(
  targets: readonly Target[],
  nameOf: (target: Target) => string,
  session: string,
): Target[] =>
  targets
    .map((target) => ({ target, score: -target.weight / Math.log(drawFor(session, nameOf(target))) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ target }) => target);
