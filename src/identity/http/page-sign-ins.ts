import type { IncomingMessage } from 'node:http';
import { type Caller, callerOfKey } from '../../guard/caller.ts';
import type { ManagedKey } from '../../guard/keys/managed-key.ts';
import type { People } from '../../guard/people/people.ts';
import type { SignIns } from '../sign-ins/sign-ins.ts';

/**
 * Begins a session of the page.
 * @param onEnd called once when it is over
 * @returns its `Set-Cookie` header, and what ends it
 * @throws GatewayError not_permitted where the caller may not see the page
 */
export type OpenSession = (
  request: IncomingMessage,
  caller: Caller,
  onEnd: () => void,
) => { readonly cookie: string; readonly end: () => void };

export interface PageSignInsDeps {
  readonly signIns: Pick<SignIns, 'renew' | 'end'>;
  readonly people: Pick<People, 'onEnd' | 'stateOf' | 'untilMs'>;
  readonly openSession: OpenSession;
  readonly tokenLifeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Open {
  readonly signInId: string;
  readonly personId: string;
  readonly end: () => void;
}

const MAX_LOOK_MS = 10_000;
/** A sign-in is renewed when so much of its token's life is left. */
const RENEWED_AT = 1 / 3;

/**
 * The sessions of the page that people have signed in to. Each is renewed for as long as the identity provider says
 * so, whether or not anybody looks at the page, and ends with the last word of the provider that still counts.
 */
export const createPageSignIns = ({ signIns, people, openSession, tokenLifeMs, now }: PageSignInsDeps) => {
  const open = new Map<string, Open>();
  const renew = async ({ signInId, personId, end }: Open): Promise<void> => {
    const leftMs = people.untilMs(personId) - now();
    if (leftMs > tokenLifeMs * RENEWED_AT) return;
    // While the provider is away, what it said last counts until its time is over; so it does without a refresh token.
    const goesOn = await signIns.renew(signInId).catch(() => false);
    if (!goesOn && people.stateOf(personId) !== 'active') end();
  };
  // All of a person's end with the person, wherever that was told.
  const stopListening = people.onEnd(({ kind, id }) => {
    if (kind === 'sign-in') open.get(id)?.end();
  });
  let looking = Promise.resolve();
  const timer = setInterval(
    () => {
      looking = looking.then(async () => {
        await Promise.all([...open.values()].map((one) => renew(one).catch(() => {})));
      });
    },
    Math.min(MAX_LOOK_MS, tokenLifeMs / 10),
  ).unref();
  return {
    /** @returns the `Set-Cookie` header. @throws GatewayError not_permitted */
    enter: (request: IncomingMessage, key: ManagedKey, signInId: string): string => {
      const session = openSession(request, callerOfKey(key), () => {
        open.delete(signInId);
        // What cannot be removed now expires.
        signIns.end(signInId).catch(() => {});
      });
      open.set(signInId, { signInId, personId: key.id, end: session.end });
      return session.cookie;
    },
    close: (): void => {
      stopListening();
      clearInterval(timer);
    },
  };
};

export type PageSignIns = ReturnType<typeof createPageSignIns>;
