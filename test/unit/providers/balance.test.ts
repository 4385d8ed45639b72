import { describe, expect, it } from 'vitest';
import { createBalance, nameOfTarget } from '../../../src/providers/balance/create-balance.ts';
import { createTargetHealth } from '../../../src/providers/balance/target-health.ts';
import type { Balanced, BalanceStrategy } from '../../../src/providers/route-model.ts';

const TARGETS = [
  { provider: 'openai', upstreamModel: 'a', weight: 5 },
  { provider: 'azure', upstreamModel: 'b', weight: 3 },
  { provider: 'groq', upstreamModel: 'c', weight: 2 },
] as const;

const create = (strategy: BalanceStrategy = 'round_robin') => {
  let nowMs = 0;
  const health = createTargetHealth({ monotonic: () => nowMs, now: () => nowMs });
  const prices: Record<string, number> = { 'azure/b': 1, 'groq/c': 2 };
  const balance = createBalance({ health, costOf: (target) => prices[nameOfTarget(target)] });
  const balanced: Balanced = { alias: 'smart', strategy, targets: TARGETS };
  return {
    health,
    order: (session?: string) => balance(balanced, session),
    first: (session?: string): string => {
      const [target] = balance(balanced, session).targets;
      return target ? nameOfTarget(target) : 'nobody';
    },
    wait: (ms: number): void => {
      nowMs += ms;
    },
  };
};

const SESSIONS = Array.from({ length: 10_000 }, (_, index) => `session-${index}`);

const sharesOf = (names: readonly string[]): Record<string, number> => {
  const shares: Record<string, number> = {};
  for (const name of names) shares[name] = (shares[name] ?? 0) + 1 / names.length;
  return shares;
};

describe('targets by weight', () => {
  it('share out sessions within 3% of their weights, and keep each where it is', () => {
    const [one, other] = [create(), create()];
    const names = SESSIONS.map((session) => one.first(session));
    const shares = sharesOf(names);
    for (const target of TARGETS) {
      expect(Math.abs((shares[nameOfTarget(target)] ?? 0) - target.weight / 10)).toBeLessThan(0.03);
    }
    expect(SESSIONS.map((session) => other.first(session))).toEqual(names);
  });

  it('take turns exactly by weight for requests of no session', () => {
    const { first } = create();
    const names = Array.from({ length: 100 }, () => first());
    expect(names.slice(0, 10)).toEqual(names.slice(10, 20));
    expect(names.filter((name) => name === 'openai/a')).toHaveLength(50);
    expect(names.filter((name) => name === 'azure/b')).toHaveLength(30);
  });

  it('are passed over while they are down or saturated, with a note, and nobody else moves', () => {
    const { first, order, health, wait } = create();
    const before = SESSIONS.slice(0, 500).map((session) => first(session));
    health.note('openai/a', { ms: 5 });
    health.note('azure/b', { status: 429, headers: { 'retry-after': '20' }, ms: 5 });
    for (const [place, session] of SESSIONS.slice(0, 500).entries()) {
      const { targets, note } = order(session);
      expect(targets.map(nameOfTarget)[0]).toBe('groq/c');
      expect(targets).toHaveLength(3);
      const own = before[place] ?? '';
      expect(note.passedOver.includes(own)).toBe(own !== 'groq/c');
      expect(note).toMatchObject({ alias: 'smart', strategy: 'round_robin', reason: 'session' });
    }
    wait(20_000);
    expect(SESSIONS.slice(0, 500).map((session) => first(session))).toEqual(before);
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
