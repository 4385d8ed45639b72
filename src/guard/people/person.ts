import { hash } from 'node:crypto';

/** Somebody as the identity provider knows them. */
export interface Person {
  /** The provider's own id of the person: the only one that never changes its owner. */
  readonly subject: string;
  /** As people read it: a user name, else an address, else the subject. */
  readonly name: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

export type PersonId = `sso:${string}`;

const PREFIX = 'sso:';
const SHOWABLE = /^[\x21-\x7e]{1,120}$/;

/** By what the log, budgets and limits know a person: like the id of a key, and never equal to one. */
export const personId = (subject: string): PersonId =>
  `${PREFIX}${SHOWABLE.test(subject) ? subject : hash('sha256', subject, 'base64url')}`;

export const isPersonId = (id: string): id is PersonId => id.startsWith(PREFIX);
