import { hash } from 'node:crypto';
import { GatewayError } from '../../base/errors.ts';
import type { AdminLog } from '../admin-log.ts';
import type { AnnounceEnds } from './announce-ends.ts';
import { createEndSignIns, MAX_SIGN_INS, readSignIns } from './end-sign-ins.ts';
import type { EntryStore } from './entry-store.ts';
import { isPersonId, type PersonId, personId } from './person.ts';
import type { SignInEntry } from './sign-in-entry.ts';

/** A sign-in as the command line prints it and the admin API returns it: without its tokens. */
export interface ShownSignIn {
  readonly id: string;
  /** As the log, budgets and limits know the person. */
  readonly personId: PersonId;
  readonly name: string;
  readonly email?: string;
  /** Those that the gateway has rules for. */
  readonly groups: readonly string[];
  /** `page`, the id that a program calls itself by, or what it says of itself. */
  readonly client: string;
  /** Where it was begun from. */
  readonly address?: string;
  /** ISO 8601, UTC, as the other two. */
  readonly since?: string;
  /** When it was renewed last: a client in use renews it within the life of a token. */
  readonly lastUsed: string;
  /** When it ends by itself, if nobody uses it. */
  readonly expires: string;
}

/** Where sign-ins are seen and ended, by the command line and the admin API alike. */
export interface SignInDesk {
  /**
   * The one that was used last comes first.
   * @param person an id, a name or an address; absent: everybody
   */
  list(person?: string): Promise<readonly ShownSignIn[]>;
  /** @param mayEnd whose it may be. @throws GatewayError unknown_sign_in */
  end(id: string, mayEnd?: (person: PersonId) => boolean): Promise<ShownSignIn>;
  /**
   * Ends all sign-ins of a person, and with them every token, session and connection that they have.
   * @param person an id, a name or an address
   * @throws GatewayError unknown_sign_in where nobody is called that, or several people are
   */
  endPerson(person: string): Promise<readonly ShownSignIn[]>;
}

export interface SignInDeskDeps {
  readonly store: EntryStore;
  readonly announce: AnnounceEnds;
  readonly log: AdminLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Who ends them, as the admin log names them. */
  readonly by: string;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

const ID_LENGTH = 16;

/**
 * The id by which people name a sign-in. The one in its tokens is not shown: whoever knows that could make up a refresh
 * token, which looks like one that was used again, and ends the sign-in.
 */
export const shownIdOf = (id: string): string => hash('sha256', id, 'hex').slice(0, ID_LENGTH);

const showSignIn = (id: string, entry: SignInEntry): ShownSignIn => {
  const { person, clientId, program, address, beganAtMs, checkedAtMs, expiresAtMs } = entry;
  return {
    id: shownIdOf(id),
    personId: personId(person.subject),
    name: person.name,
    ...(person.email !== undefined && { email: person.email }),
    groups: person.groups,
    client: program ?? (clientId || 'unknown'),
    ...(address !== undefined && { address }),
    ...(beganAtMs !== undefined && { since: isoOf(beganAtMs) }),
    lastUsed: isoOf(checkedAtMs),
    expires: isoOf(expiresAtMs),
  };
};

/** An id is nothing else, whatever somebody else calls themselves. */
const isCalled =
  (which: string) =>
  ({ personId: id, name, email }: ShownSignIn): boolean =>
    isPersonId(which) ? id === which : name === which || email === which;

const unknown = (what: string): GatewayError =>
  new GatewayError('unknown_sign_in', `${what} \`npx gomodel-ts sign-ins\` shows who is signed in.`);

export const createSignInDesk = ({ store, announce, log, now, by }: SignInDeskDeps): SignInDesk => {
  const ending = createEndSignIns({ store, announce, now });
  const list = async (which?: string): Promise<readonly ShownSignIn[]> => {
    const all = [...(await readSignIns(store, MAX_SIGN_INS))].map(([id, entry]) => showSignIn(id, entry));
    return which === undefined ? all : all.filter(isCalled(which));
  };
  const note = async (action: string, target: string, from: object): Promise<void> =>
    log.append({ at: isoOf(now()), by, action, target, from: { ...from } });
  return {
    list,
    end: async (id, mayEnd = () => true) => {
      const all = await readSignIns(store, MAX_SIGN_INS);
      const [found] = [...all].filter(([key]) => shownIdOf(key) === id);
      const shown = found && showSignIn(...found);
      if (!shown || !mayEnd(shown.personId)) {
        throw unknown(`there is no sign-in ${JSON.stringify(id.slice(0, 100))}.`);
      }
      const { personId: person, name, client } = shown;
      // Before it is ended: a log that cannot be written lets nothing happen that it would not tell of.
      await note('sign-in.end', id, { person, name, client });
      await ending.one(found[0]);
      return shown;
    },
    endPerson: async (which) => {
      const theirs = await list(which);
      const ids = [...new Set(theirs.map(({ personId: id }) => id))];
      const shownName = JSON.stringify(which.slice(0, 100));
      if (ids.length > 1) {
        throw unknown(`${shownName} is the name of ${ids.length} people: ${ids.join(', ')}. Say which one.`);
      }
      const id = ids[0] ?? which;
      if (!isPersonId(id)) throw unknown(`nobody who is signed in is called ${shownName}.`);
      await note('person.end', id, {
        ...(theirs[0] && { name: theirs[0].name }),
        signIns: theirs.length,
      });
      await ending.ofPerson(id);
      return theirs;
    },
  };
};
