import { describe, expect, it } from 'vitest';
import { createKeyPool } from '../../../src/providers/keys/key-pool.ts';
import { rankBySession } from '../../../src/providers/keys/rank-by-session.ts';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { createUpstream, type Upstream } from '../../../src/providers/upstream.ts';
import { providerAt } from '../../support/gateway/add-providers.ts';

const moreKeys = [2, 3].map((count) => ({ variable: `OPENAI_API_KEY_${count}`, value: `key-${count}` }));
const provider = providerAt(openaiSpec, 'http://127.0.0.1:1/v1', { moreKeys });

const createPool = () => {
  let nowMs = 0;
  const upstream = createUpstream(provider);
  const pool = createKeyPool([provider], [upstream], { monotonic: () => nowMs, now: () => nowMs });
  return {
    pool,
    pick: (session: string | undefined): Upstream => pool.pick(upstream, session),
    wait: (ms: number): void => {
      nowMs += ms;
    },
  };
};

const SESSIONS = Array.from({ length: 3000 }, (_, index) => `session-${index}`);

describe('the keys of a provider', () => {
  it('each serve a third of the sessions, the same ones in every process', () => {
    const [one, other] = [createPool(), createPool()];
    const counts = new Map<string, number>();
    for (const session of SESSIONS) {
      const { keyName = '' } = one.pick(session);
      expect(other.pick(session).keyName).toBe(keyName);
      counts.set(keyName, (counts.get(keyName) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['OPENAI_API_KEY', 'OPENAI_API_KEY_2', 'OPENAI_API_KEY_3']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('take turns for requests of no session', () => {
    const { pick } = createPool();
    const names = Array.from({ length: 6 }, () => pick(undefined).keyName);
    expect(new Set(names.slice(0, 3)).size).toBe(3);
    expect(names.slice(3)).toEqual(names.slice(0, 3));
  });

  it('are passed over while they rest, and nobody else moves', () => {
    const { pool, pick, wait } = createPool();
    const before = SESSIONS.map((session) => pick(session));
    const [limited] = before as [Upstream];
    pool.note(limited, 429, { 'retry-after': '20' });
    for (const [place, session] of SESSIONS.entries()) {
      const now = pick(session);
      if (before[place] === limited) expect(now).not.toBe(limited);
      else expect(now).toBe(before[place]);
    }
    wait(20_000);
    expect(SESSIONS.map((session) => pick(session))).toEqual(before);
  });

  it('rest for a while after a 401, for half a minute after a 429 without a time, and not after a success', () => {
    const { pool, pick, wait } = createPool();
    const own = pick('s');
    pool.note(own, 401, {});
    wait(4 * 60_000);
    expect(pick('s')).not.toBe(own);
    wait(60_000);
    expect(pick('s')).toBe(own);
    pool.note(own, 429, {});
    wait(29_000);
    expect(pick('s')).not.toBe(own);
    pool.note(own, 200, {});
    expect(pick('s')).toBe(own);
    for (const status of [400, 403, 500]) pool.note(own, status, {});
    expect(pick('s')).toBe(own);
  });

  it('are asked all the same where all of them rest: the one that is back first', () => {
    const { pool, pick } = createPool();
    const all = [pick(undefined), pick(undefined), pick(undefined)];
    for (const [place, one] of all.entries()) pool.note(one, 429, { 'retry-after': String(30 - place) });
    expect(pick('any')).toBe(all[2]);
  });

  it('leave a provider with one key, and a client that pays itself, as they are', () => {
    const alone = providerAt(openaiSpec, 'http://127.0.0.1:1/v1');
    const upstream = createUpstream(alone);
    const signedIn: Upstream = { ...upstream, credential: { kind: 'client' } };
    for (const one of [alone, provider]) {
      const pool = createKeyPool([one], [upstream], { monotonic: () => 0, now: () => 0 });
      expect(pool.pick(signedIn, 's')).toBe(signedIn);
      pool.note(upstream, 401, {});
      expect(pool.pick(upstream, 's') === upstream).toBe(one === alone);
    }
  });
});

it('a session prefers members in the same order, whatever order they stand in', () => {
  const members = ['a', 'b', 'c', 'd'];
  const ranked = rankBySession(members, 's', (name) => name);
  expect(rankBySession(members.toReversed(), 's', (name) => name)).toEqual(ranked);
  expect(ranked.toSorted()).toEqual(members);
});
