import { createHash } from 'node:crypto';

const SCORE_BYTES = 6;

const scoreOf = (session: string, secret: string): number =>
  createHash('sha256').update(`${session}\0${secret}`).digest().readUIntBE(0, SCORE_BYTES);

/**
 * The members in the order in which a session prefers them: the same one in every process and instance, in
 * equal shares over many sessions, and where one goes, only its own sessions move.
 * @param nameOf tells members apart, wherever they stand in the list
 * @see https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
export const rankBySession = <Member>(
  members: readonly Member[],
  session: string,
  nameOf: (member: Member) => string,
): Member[] =>
  members
    .map((member) => ({ member, score: scoreOf(session, nameOf(member)) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ member }) => member);
