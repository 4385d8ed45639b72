import { describe, expect, it } from 'vitest';
import { countPlacements } from '../../../src/providers/balance/count-placements.ts';
import { createBalance, nameOfTarget } from '../../../src/providers/balance/create-balance.ts';
import type { Placements } from '../../../src/providers/balance/placement.ts';
import { createSessionPlaces } from '../../../src/providers/balance/session-places.ts';
import { createTargetHealth } from '../../../src/providers/balance/target-health.ts';
import type { Balanced, BalanceStrategy } from '../../../src/providers/route-model.ts';

const TARGETS = [
  { provider: 'openai', upstreamModel: 'a', weight: 5 },
  { provider: 'azure', upstreamModel: 'b', weight: 3 },
  { provider: 'groq', upstreamModel: 'c', weight: 2 },
] as const;

const create = (strategy: BalanceStrategy = 'round_robin', given?: Placements) => {
  let nowMs = 0;
  const clock = { monotonic: () => nowMs, now: () => nowMs };
  const health = createTargetHealth(clock);
  const prices: Record<string, number> = { 'azure/b': 1, 'groq/c': 2 };
  const balance = createBalance({
    health,
    costOf: (target) => prices[nameOfTarget(target)],
    places: createSessionPlaces(given ?? countPlacements(clock), clock),
  });
  const balanced: Balanced = { alias: 'smart', strategy, targets: TARGETS };
  const order = (session?: string) => {
    void balance.prepare(balanced, session);
    return balance.order(balanced, session);
  };
  return {
    health,
    order,
    prepare: (session: string) => balance.prepare(balanced, session),
    first: (session?: string): string => {
      const [target] = order(session).targets;
      return target ? nameOfTarget(target) : 'nobody';
    },
    wait: (ms: number): void => {
      nowMs += ms;
    },
  };
};

const SESSIONS = Array.from({ length: 10_000 }, (_, index) => `session-${index}`);

const countsOf = (names: readonly string[]): number[] =>
  TARGETS.map((target) => names.filter((name) => name === nameOfTarget(target)).length);

describe('targets by weight', () => {
  it('have the share of the sessions that is theirs, and each session stays', () => {
    const { first, order } = create();
    for (const [many, counts] of [
      [10, [5, 3, 2]],
      [200, [100, 60, 40]],
      [2_000, [1000, 600, 400]],
    ] as const) {
      const sessions = SESSIONS.slice(0, many);
      const names = sessions.map((session) => first(session));
      expect(countsOf(names)).toEqual(counts);
      expect(sessions.map((session) => first(session))).toEqual(names);
    }
    expect(order('another').note).toMatchObject({ reason: 'placed', passedOver: [] });
    expect(order('another').note).toMatchObject({ reason: 'session', passedOver: [] });
  });

  it('get the sessions by hash where nobody counts, the same in each process, and keep them', async () => {
    const dead: Placements = { place: () => new Promise(() => {}) };
    const [one, other] = [create('round_robin', dead), create('round_robin', dead)];
    await Promise.all(SESSIONS.slice(0, 3).map((session) => one.prepare(session)));
    const names = SESSIONS.map((session) => one.first(session));
    expect(SESSIONS.map((session) => other.first(session))).toEqual(names);
    for (const [place, count] of countsOf(names).entries()) {
      expect(Math.abs(count / 10_000 - (TARGETS[place]?.weight ?? 0) / 10)).toBeLessThan(0.03);
    }
    expect(one.order('session-1').note.reason).toBe('hash');
  });

  it('keep a session that they got by hash when somebody counts again, or say that it is back', () => {
    let counted: Placements | undefined;
    const { first, order, wait } = create('round_robin', {
      place: (request) => counted?.place(request),
    });
    const before = first('one');
    wait(1_000);
    counted = countPlacements({ now: () => 0 });
    expect(first('one')).toBe(before);
    expect(order('one').note.reason).toBe('session');

    counted = undefined;
    const guessed = first('two');
    const home = TARGETS.map(nameOfTarget).find((name) => name !== guessed) ?? '';
    counted = { place: () => ({ home, at: home, isNew: false }) };
    wait(1_000);
    const { targets, note } = order('two');
    expect([targets.map(nameOfTarget)[0], note.reason]).toEqual([home, 'returned']);
    expect(order('two').note.reason).toBe('session');
  });

  it('take turns exactly by weight for requests of no session', () => {
    const { first } = create();
    const names = Array.from({ length: 100 }, () => first());
    expect(names.slice(0, 10)).toEqual(names.slice(10, 20));
    expect(names.filter((name) => name === 'openai/a')).toHaveLength(50);
    expect(names.filter((name) => name === 'azure/b')).toHaveLength(30);
  });

  it('take turns by weight also while one of them rests', () => {
    const { first, health } = create();
    health.note('azure/b', { ms: 5 });
    const names = Array.from({ length: 70 }, () => first());
    expect(countsOf(names)).toEqual([50, 0, 20]);
  });

  it('take over by weight from one that rests, with a note, and each session goes back', () => {
    const { first, order, health, wait } = create();
    const sessions = SESSIONS.slice(0, 200);
    const before = sessions.map((session) => first(session));
    health.note('azure/b', { status: 429, headers: { 'retry-after': '20' }, ms: 5 });
    for (const [place, session] of sessions.entries()) {
      const { targets, note } = order(session);
      const own = before[place] ?? '';
      expect(targets).toHaveLength(3);
      expect(note).toMatchObject({ alias: 'smart', reason: 'session' });
      expect(note.passedOver).toEqual(own === 'azure/b' ? ['azure/b'] : []);
      if (own !== 'azure/b') expect(targets.map(nameOfTarget)[0]).toBe(own);
    }
    const meanwhile = sessions.map((session) => first(session));
    expect(countsOf(meanwhile)).toEqual([143, 0, 57]);
    wait(20_000);
    for (const [place, session] of sessions.entries()) {
      const { targets, note } = order(session);
      expect(targets.map(nameOfTarget)[0]).toBe(before[place]);
      expect(note.reason).toBe(before[place] === 'azure/b' ? 'returned' : 'session');
    }
  });

  it('name all that rest where a session moves on once more', () => {
    const { first, order, health } = create();
    const home = first('one');
    health.note(home, { ms: 5 });
    const guest = first('one');
    health.note(guest, { ms: 5 });
    const { targets, note } = order('one');
    expect([home, guest]).not.toContain(targets.map(nameOfTarget)[0]);
    expect(new Set(note.passedOver)).toEqual(new Set([home, guest]));
  });
});

describe('the health of a target', () => {
  it('rests longer with each failure in a row, to a bound, and not after a success', () => {
    const { health, wait } = create();
    for (const seconds of [5, 10, 20, 40, 60, 60]) {
      health.note('x', { status: 503, ms: 1 });
      expect(health.restOf('x')).toBe(seconds * 1000);
    }
    health.note('x', { status: 200, ms: 1 });
    expect(health.restOf('x')).toBe(0);
    health.note('x', { ms: 1 });
    wait(4_999);
    expect(health.restOf('x')).toBe(1);
    health.note('x', { status: 404, ms: 1 });
    expect(health.restOf('x')).toBe(0);
  });
});

describe('a strategy', () => {
  it('cost goes to the cheapest that can be asked, and last to one without a price', () => {
    const { order, first, health } = create('cost');
    expect(order().targets.map(nameOfTarget)).toEqual(['azure/b', 'groq/c', 'openai/a']);
    expect(order().note.reason).toBe('cheapest');
    health.note('azure/b', { ms: 1 });
    expect(first()).toBe('groq/c');
  });

  it('latency measures each, then goes to the fastest, and leaves a session where it is', () => {
    const { first, health } = create('latency');
    health.note('openai/a', { status: 200, ms: 300 });
    expect(first()).toBe('azure/b');
    health.note('azure/b', { status: 200, ms: 100 });
    health.note('groq/c', { status: 200, ms: 200 });
    expect(first('one')).toBe('azure/b');
    for (let count = 0; count < 20; count++) health.note('groq/c', { status: 200, ms: 10 });
    expect(first('one')).toBe('azure/b');
    expect(first('two')).toBe('groq/c');
    health.note('azure/b', { ms: 1 });
    expect(first('one')).toBe('groq/c');
  });

  it('failover keeps the order that was written', () => {
    expect(create('failover').order('any').targets.map(nameOfTarget)).toEqual(TARGETS.map(nameOfTarget));
  });
});
