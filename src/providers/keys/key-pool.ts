import type { Clock } from '../../base/time/clock.ts';
import { readWaitOfHeaders } from '../../base/time/read-wait.ts';
import type { ConfiguredProvider } from '../configured-provider.ts';
import { createUpstream, type Upstream } from '../upstream.ts';
import { rankBySession } from './rank-by-session.ts';

type AnswerHeaders = Parameters<typeof readWaitOfHeaders>[0];

/** Which key of a provider a request is sent with. */
export interface KeyPool {
  /**
   * @param session what is to stay with one key; the next in turn where there is none
   * @returns the upstream with the key, or the very same one where it has no others
   */
  pick(upstream: Upstream, session: string | undefined): Upstream;
  /** An answer came from an upstream: a key that was refused or is used up rests. */
  note(upstream: Upstream, status: number, headers: AnswerHeaders): void;
}

/** For how long a key that the provider does not know is passed over. */
const REFUSED_MS = 5 * 60_000;
/** The same for one that is used up, where the provider does not say when it can be asked again. */
const LIMITED_MS = 30_000;
/** No provider's word rests a key for longer. */
const MAX_REST_MS = 60 * 60_000;

const secretOf = ({ credential }: Upstream): string => (credential?.kind === 'own' ? credential.value : '');

/** The provider with each of its keys, the first one as `upstream`. */
const withEachKey = (provider: ConfiguredProvider, upstream: Upstream): Upstream[] => {
  const first: Upstream = { ...upstream, keyName: provider.keyVariable };
  const more = (provider.moreKeys ?? []).map(({ variable, value }) => ({
    ...createUpstream({ ...provider, apiKey: value }),
    keyName: variable,
  }));
  return [first, ...more];
};

/**
 * @param upstreams of the configured providers, as `createUpstream` made them
 */
export const createKeyPool = (
  providers: readonly ConfiguredProvider[],
  upstreams: readonly Upstream[],
  clock: Pick<Clock, 'monotonic' | 'now'>,
): KeyPool => {
  const members = new Map<Upstream, readonly Upstream[]>();
  for (const provider of providers) {
    const upstream = upstreams.find(({ name }) => name === provider.id);
    if (upstream === undefined || !provider.moreKeys?.length) continue;
    members.set(upstream, withEachKey(provider, upstream));
  }
  /** By the clock that only goes on. */
  const restsUntilMs = new Map<Upstream, number>();
  const turns = new Map<Upstream, number>();

  const inTurn = (upstream: Upstream, keyed: readonly Upstream[]): Upstream[] => {
    const turn = turns.get(upstream) ?? 0;
    turns.set(upstream, (turn + 1) % keyed.length);
    return [...keyed.slice(turn), ...keyed.slice(0, turn)];
  };

  return {
    pick: (upstream, session) => {
      const keyed = members.get(upstream);
      if (keyed === undefined) return upstream;
      const order = session === undefined ? inTurn(upstream, keyed) : rankBySession(keyed, session, secretOf);
      const nowMs = clock.monotonic();
      const restOf = (one: Upstream): number => Math.max(0, (restsUntilMs.get(one) ?? 0) - nowMs);
      const able = order.find((one) => restOf(one) === 0);
      // Where all of them rest, the provider itself says so, in its own words.
      return able ?? order.toSorted((one, other) => restOf(one) - restOf(other))[0] ?? upstream;
    },
    note: (upstream, status, headers) => {
      if (upstream.keyName === undefined) return;
      if (status < 400) restsUntilMs.delete(upstream);
      if (status !== 401 && status !== 429) return;
      const said = readWaitOfHeaders(headers, clock.now());
      const restMs = status === 401 ? REFUSED_MS : Math.min(said ?? LIMITED_MS, MAX_REST_MS);
      restsUntilMs.set(upstream, clock.monotonic() + restMs);
    },
  };
};
