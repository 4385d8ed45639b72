import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import type { EndSignIns } from '../../guard/people/end-sign-ins.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import { type GroupRule, termsFor } from '../../guard/people/group-rules.ts';
import type { People } from '../../guard/people/people.ts';
import { type Person, type PersonId, personId } from '../../guard/people/person.ts';
import { readSignIn, type SignInEntry } from '../../guard/people/sign-in-entry.ts';
import type { Provider, SignedIn } from '../provider/open-provider.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import type { Seal } from '../tokens/seal.ts';
import { judgeToken, rotateToken, signInOf } from './rotate-token.ts';
import { createEntryId } from './secrets.ts';

/** What a program gets for a sign-in. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly expiresInS: number;
  /** Absent where the identity provider cannot be asked again. */
  readonly refreshToken: string | undefined;
  readonly person: Person;
}

/** The id of the sign-ins to the page, which end soon after their session. */
export const PAGE_CLIENT = 'page';

/** By what somebody signs in, and from where. */
type SignInBy = Pick<SignInEntry, 'clientId' | 'program' | 'address'>;

/** Who has signed in, and with what. All of it rejects with what the store and the provider reject with. */
export interface SignIns {
  /** Keeps a new sign-in. @returns its id */
  begin(signedIn: SignedIn, by: SignInBy): Promise<string>;
  /** The first tokens of a sign-in; undefined where it has ended. */
  issue(id: string): Promise<IssuedTokens | undefined>;
  /**
   * New tokens for an old refresh token, once the identity provider agrees.
   * @param clientId of the program, where it says so
   * @returns undefined where the sign-in has ended: whoever used a token a second time has ended it, too
   */
  refresh(refreshToken: string, clientId: string | undefined): Promise<IssuedTokens | undefined>;
  /** Asks the identity provider anew. @returns false where the sign-in has ended */
  renew(id: string): Promise<boolean>;
  end(id: string): Promise<void>;
  /** Ends the sign-in of a refresh token, if it counts. */
  endBy(refreshToken: string): Promise<void>;
}

/** A sign-in that nobody uses for so long ends. */
const IDLE_MS = 30 * 86_400_000;
/** A page that is looked at renews it within the life of a token. */
const PAGE_LIVES = 2;
/** Whoever asks within so long of a check gets its outcome. */
const FRESH_MS = 5_000;
/** Longer than the provider may take. */
const ASKING_MS = 30_000;
const LOOK_EVERY_MS = 50;

export interface SignInsDeps {
  readonly store: EntryStore;
  readonly provider: Pick<Provider, 'refresh'>;
  readonly tokens: Pick<AccessTokens, 'sign'>;
  readonly seal: Pick<Seal, 'sealToken' | 'openToken'>;
  readonly people: Pick<People, 'note'>;
  readonly ending: EndSignIns;
  /** Told of what the gateway itself has ended, and why. Never rejects. */
  readonly onEnded: (id: string, person: Person, reason: EndReason) => void;
  readonly rules: readonly GroupRule[];
  /** Those of the fleet's policy. */
  readonly policyGroups: readonly string[];
  readonly tokenLifeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Why the gateway ends what nobody has asked it to end. */
export type EndReason = 'refused_by_provider' | 'refresh_token_reused';

type Asked = 'asked' | 'fresh' | 'wait' | 'ended';

export const createSignIns = (deps: SignInsDeps): SignIns => {
  const { store, provider, tokens, seal, people, ending, rules, tokenLifeMs, policyGroups, now } = deps;
  const named = new Set([...rules.map(({ group }) => group), ...policyGroups]);
  /** A token has the groups that the gateway knows, since people may have hundreds. */
  const withNamedGroups = (person: Person): Person => ({
    ...person,
    groups: person.groups.filter((group) => named.has(group)),
  });
  const note = ({ person, checkedAtMs }: SignInEntry): void => {
    const key = termsFor(rules, person);
    if (key) people.note(key, { issuedAtMs: checkedAtMs, expiresAtMs: checkedAtMs + tokenLifeMs });
  };
  const update = <Result>(
    id: string,
    change: (entry: SignInEntry) => { keep: SignInEntry | undefined; result: Result },
  ): Promise<Result | undefined> =>
    store.change<Result | undefined>('sign-in', id, (current) => {
      const entry = readSignIn(current);
      if (!entry) return { keep: undefined, result: undefined };
      const { keep, result } = change(entry);
      return { keep: keep && { ...keep }, result };
    });
  const expiryOf = (clientId: string, mayBeAsked: boolean): number => {
    if (!mayBeAsked) return now() + tokenLifeMs;
    return now() + (clientId === PAGE_CLIENT ? PAGE_LIVES * tokenLifeMs : IDLE_MS);
  };

  /** Decides who asks the provider: one at a time, and nobody where somebody just has. */
  const claim = (entry: SignInEntry, freshMs: number): { keep: SignInEntry; result: Asked } => {
    if (entry.checkedAtMs + freshMs > now()) return { keep: entry, result: 'fresh' };
    if (entry.providerToken === undefined) return { keep: entry, result: 'ended' };
    if ((entry.askingUntilMs ?? 0) > now()) return { keep: entry, result: 'wait' };
    return { keep: { ...entry, askingUntilMs: now() + ASKING_MS }, result: 'asked' };
  };
  const release = (id: string): Promise<unknown> =>
    update(id, ({ askingUntilMs: _over, ...entry }) => ({ keep: entry, result: undefined }));

  /**
   * A refusal may be about the person, or about one token that was too old: the provider says which when it is asked for
   * the person's other sign-ins. Whoever has none left is out, with whatever tokens there are.
   */
  const askOthers = async (person: PersonId): Promise<void> => {
    const others = await ending.idsOf(person);
    if (others.length === 0) await ending.ofPerson(person);
    // What cannot be asked now is asked when its token ends.
    await Promise.allSettled(others.map((id) => renew(id, 'anew')));
  };
  const ask = async (id: string): Promise<boolean> => {
    const entry = readSignIn(await store.read('sign-in', id));
    const known = entry?.providerToken === undefined ? undefined : await seal.openToken(entry.providerToken);
    if (!entry || known === undefined) return false;
    let found: SignedIn | undefined;
    const askedAtMs = now();
    try {
      found = await provider.refresh(known, entry.person.subject);
    } catch (error) {
      await release(id);
      throw error;
    }
    if (!found) {
      await ending.one(id);
      deps.onEnded(id, entry.person, 'refused_by_provider');
      await askOthers(personId(entry.person.subject));
      return false;
    }
    const { person, refreshToken } = found;
    const providerToken = refreshToken === undefined ? undefined : await seal.sealToken(refreshToken);
    const kept = await update(id, ({ askingUntilMs: _over, providerToken: _old, ...rest }) => {
      const next: SignInEntry = {
        ...rest,
        person: withNamedGroups(person),
        ...(providerToken !== undefined && { providerToken }),
        checkedAtMs: askedAtMs,
        expiresAtMs: expiryOf(rest.clientId, providerToken !== undefined),
      };
      return { keep: next, result: next };
    });
    if (kept) note(kept);
    return kept !== undefined;
  };
  /** @param how `anew` also where the provider was asked a moment ago, unless somebody asks it now */
  const renew = async (id: string, how?: 'anew'): Promise<boolean> => {
    const freshMs = how === 'anew' ? 0 : Math.min(FRESH_MS, tokenLifeMs / 2);
    const giveUpAtMs = now() + ASKING_MS;
    for (;;) {
      const decided = await update(id, (entry) => claim(entry, freshMs));
      if (decided === 'asked') return ask(id);
      if (decided === 'fresh') return true;
      if (decided !== 'wait') return false;
      if (now() > giveUpAtMs) {
        throw new GatewayError(
          'identity_provider_unavailable',
          'the identity provider takes too long to answer for this sign-in. Try again in a minute.',
        );
      }
      await pause(LOOK_EVERY_MS);
    }
  };

  const issue = async (id: string, old: string | undefined): Promise<IssuedTokens | undefined> => {
    const issued = await update(id, (entry) => {
      const { token, tokens: kept } = rotateToken(id, entry, old, now());
      const next: SignInEntry = { ...entry, tokens: kept };
      return { keep: next, result: { entry: next, token } };
    });
    if (!issued) return undefined;
    const { person, checkedAtMs, providerToken } = issued.entry;
    const expiresAtMs = checkedAtMs + tokenLifeMs;
    const accessToken = await tokens.sign({ person, signInId: id, issuedAtMs: checkedAtMs, expiresAtMs });
    return {
      accessToken,
      expiresInS: Math.max(0, Math.floor((expiresAtMs - now()) / 1000)),
      refreshToken: providerToken === undefined ? undefined : issued.token,
      person,
    };
  };

  return {
    begin: async ({ person, refreshToken }, by) => {
      const id = createEntryId();
      const providerToken = refreshToken === undefined ? undefined : await seal.sealToken(refreshToken);
      const entry: SignInEntry = {
        person: withNamedGroups(person),
        ...by,
        ...(providerToken !== undefined && { providerToken }),
        beganAtMs: now(),
        checkedAtMs: now(),
        tokens: [],
        expiresAtMs: expiryOf(by.clientId, providerToken !== undefined),
      };
      await store.change('sign-in', id, () => ({ keep: { ...entry }, result: undefined }));
      note(entry);
      return id;
    },
    issue: (id) => issue(id, undefined),
    refresh: async (refreshToken, clientId) => {
      const id = signInOf(refreshToken);
      if (id === undefined) return undefined;
      const entry = readSignIn(await store.read('sign-in', id));
      if (!entry) return undefined;
      const isOther = clientId !== undefined && entry.clientId !== '' && clientId !== entry.clientId;
      if (isOther) return undefined;
      if (judgeToken(entry, refreshToken, now()) === 'reused') {
        await ending.one(id);
        deps.onEnded(id, entry.person, 'refresh_token_reused');
        return undefined;
      }
      return (await renew(id)) ? issue(id, refreshToken) : undefined;
    },
    renew: (id) => renew(id),
    end: ending.one,
    endBy: async (refreshToken) => {
      const id = signInOf(refreshToken);
      const entry = id === undefined ? undefined : readSignIn(await store.read('sign-in', id));
      if (id !== undefined && entry && judgeToken(entry, refreshToken, now()) === 'counts')
        await ending.one(id);
    },
  };
};
