import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import { type GroupRule, termsFor } from '../../guard/people/group-rules.ts';
import type { People } from '../../guard/people/people.ts';
import { type Person, personId } from '../../guard/people/person.ts';
import type { Provider, SignedIn } from '../provider/open-provider.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import type { Seal } from '../tokens/seal.ts';
import { judgeToken, rotateToken, signInOf } from './rotate-token.ts';
import { createEntryId } from './secrets.ts';
import { readSignIn, type SignInEntry } from './sign-in-entry.ts';

/** What a program gets for a sign-in. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly expiresInS: number;
  /** Absent where the identity provider cannot be asked again. */
  readonly refreshToken: string | undefined;
  readonly person: Person;
}

/** Who has signed in, and with what. All of it rejects with what the store and the provider reject with. */
export interface SignIns {
  /** Keeps a new sign-in. @returns its id */
  begin(signedIn: SignedIn, clientId: string): Promise<string>;
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
  readonly people: People;
  readonly rules: readonly GroupRule[];
  /** Those of the fleet's policy. */
  readonly policyGroups: readonly string[];
  readonly tokenLifeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Asked = 'asked' | 'fresh' | 'wait' | 'ended';

export const createSignIns = (deps: SignInsDeps): SignIns => {
  const { store, provider, tokens, seal, people, rules, tokenLifeMs, policyGroups, now } = deps;
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
  const end = async (id: string): Promise<void> => {
    people.endSignIn(id);
    await store.change('sign-in', id, () => ({ keep: undefined, result: undefined }));
  };

  /** Decides who asks the provider: one at a time, and nobody where somebody just has. */
  const claim = (entry: SignInEntry): { keep: SignInEntry; result: Asked } => {
    if (entry.checkedAtMs + Math.min(FRESH_MS, tokenLifeMs / 2) > now())
      return { keep: entry, result: 'fresh' };
    if (entry.providerToken === undefined) return { keep: entry, result: 'ended' };
    if ((entry.askingUntilMs ?? 0) > now()) return { keep: entry, result: 'wait' };
    return { keep: { ...entry, askingUntilMs: now() + ASKING_MS }, result: 'asked' };
  };
  const release = (id: string): Promise<unknown> =>
    update(id, ({ askingUntilMs: _over, ...entry }) => ({ keep: entry, result: undefined }));

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
      await end(id);
      people.lockOut(personId(entry.person.subject));
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
        expiresAtMs: now() + IDLE_MS,
      };
      return { keep: next, result: next };
    });
    if (kept) note(kept);
    return kept !== undefined;
  };
  const renew = async (id: string): Promise<boolean> => {
    const giveUpAtMs = now() + ASKING_MS;
    for (;;) {
      const decided = await update(id, claim);
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
    begin: async ({ person, refreshToken }, clientId) => {
      const id = createEntryId();
      const providerToken = refreshToken === undefined ? undefined : await seal.sealToken(refreshToken);
      const entry: SignInEntry = {
        person: withNamedGroups(person),
        clientId,
        ...(providerToken !== undefined && { providerToken }),
        checkedAtMs: now(),
        tokens: [],
        expiresAtMs: now() + (providerToken === undefined ? tokenLifeMs : IDLE_MS),
      };
      await store.change('sign-in', id, () => ({ keep: { ...entry }, result: undefined }));
      note(entry);
      return id;
    },
    issue: (id) => issue(id, undefined),
    refresh: async (refreshToken, clientId) => {
      const id = signInOf(refreshToken);
      if (id === undefined) return undefined;
      const judged = await update(id, (entry) => {
        const isOther = clientId !== undefined && entry.clientId !== '' && clientId !== entry.clientId;
        if (isOther) return { keep: entry, result: 'other' as const };
        const judgement = judgeToken(entry, refreshToken, now());
        return { keep: judgement === 'reused' ? undefined : entry, result: judgement };
      });
      if (judged === 'reused') people.endSignIn(id);
      if (judged !== 'counts') return undefined;
      return (await renew(id)) ? issue(id, refreshToken) : undefined;
    },
    renew,
    end,
    endBy: async (refreshToken) => {
      const id = signInOf(refreshToken);
      const entry = id === undefined ? undefined : readSignIn(await store.read('sign-in', id));
      if (id !== undefined && entry && judgeToken(entry, refreshToken, now()) === 'counts') await end(id);
    },
  };
};
