import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LimitCounter, Taken } from '../../../src/guard/limits/limit-port.ts';
import type { LimitSubject, RateLimit, RateRule } from '../../../src/guard/limits/rate-limit.ts';
import { subject, userPath } from './describe-budget-ledger.ts';
import { createJumpingClock, type JumpingClock } from './jumping-clock.ts';

const MINUTE_MS = 60_000;

const rule = (name: 'rpm' | 'tpm', limit: number): RateRule => ({
  name,
  unit: name === 'rpm' ? 'requests' : 'tokens',
  windowMs: MINUTE_MS,
  limit,
});

const limit = (rules: readonly RateRule[], more: Partial<RateLimit> = {}): RateLimit => ({
  scope: userPath('/'),
  rules,
  concurrent: undefined,
  source: 'file',
  ...more,
});

/** What every counter of limits does, wherever it counts. */
export const describeLimitCounter = (
  name: string,
  create: (limits: readonly RateLimit[], clock: JumpingClock) => LimitCounter,
): void => {
  describe(name, () => {
    let clock: JumpingClock;
    beforeEach(() => {
      clock = createJumpingClock('2026-03-05T10:00:00Z');
    });

    let ids = 0;
    const take = async (
      counter: LimitCounter,
      tokens = 0,
      of: LimitSubject = subject(),
    ): Promise<Taken & { id: string }> => {
      const id = `req_${++ids}`;
      return { ...(await counter.take(id, of, tokens)), id };
    };

    it('refuses the request beyond the limit, and says when there is room', async () => {
      const counter = create([limit([rule('rpm', 2)])], clock);
      expect(await take(counter)).toMatchObject({
        kind: 'granted',
        standings: { requests: { limit: 2, remaining: 1 } },
      });
      clock.pass(30_000);
      await take(counter);
      const refused = await take(counter);
      expect(refused).toMatchObject({ kind: 'refused', limit: { name: 'rpm', limit: 2, used: 2 } });
      if (refused.kind !== 'refused') return;
      clock.pass(refused.retryAfterMs - 1);
      expect((await take(counter)).kind).toBe('refused');
      clock.pass(1);
      expect((await take(counter)).kind).toBe('granted');
    });

    it('counts the tokens that were used in place of those that were expected', async () => {
      const counter = create([limit([rule('tpm', 1_000)])], clock);
      const first = await take(counter, 900);
      expect((await take(counter, 200)).kind).toBe('refused');
      counter.finish(first.id, 100);
      expect(await take(counter, 200)).toMatchObject({ standings: { tokens: { remaining: 700 } } });
    });

    it('lets a request that is larger than its limit in alone', async () => {
      const counter = create([limit([rule('tpm', 1_000)])], clock);
      expect((await take(counter, 5_000)).kind).toBe('granted');
      expect((await take(counter, 1)).kind).toBe('refused');
    });

    it('bounds what runs at once, and makes room when one has ended', async () => {
      const counter = create([limit([], { concurrent: 1 })], clock);
      const first = await take(counter);
      expect(await take(counter)).toMatchObject({ kind: 'refused', limit: { name: 'concurrent', used: 1 } });
      counter.finish(first.id, 0);
      counter.finish(first.id, 0);
      expect((await take(counter)).kind).toBe('granted');
      expect((await take(counter)).kind).toBe('refused');
    });

    it('counts in all limits of a request or in none', async () => {
      const team = limit([rule('rpm', 1)], { scope: userPath('/team') });
      const counter = create([limit([rule('rpm', 10)]), team], clock);
      await take(counter, 0, subject('/team'));
      await take(counter, 0, subject('/team'));
      expect(await counter.status(subject('/team'))).toMatchObject([{ used: 1 }, { used: 1 }]);
    });

    it('counts each child of a template, and each provider and model, apart', async () => {
      const counter = create(
        [
          limit([rule('rpm', 1)], { scope: userPath('/', true) }),
          limit([rule('rpm', 2)], { scope: { kind: 'provider', value: 'openai', each: false } }),
          limit([rule('rpm', 1)], { scope: { kind: 'provider', value: 'openai/big', each: false } }),
        ],
        clock,
      );
      const openai = (path: string, model: string): LimitSubject => ({
        ...subject(path),
        provider: 'openai',
        model,
      });
      expect((await take(counter, 0, openai('/a', 'big'))).kind).toBe('granted');
      expect(await take(counter, 0, openai('/b', 'big'))).toMatchObject({
        limit: { scope: 'provider:openai/big' },
      });
      expect((await take(counter, 0, openai('/b', 'small'))).kind).toBe('granted');
      expect(await take(counter, 0, openai('/c', 'small'))).toMatchObject({
        limit: { scope: 'provider:openai' },
      });
    });

    it('is not moved by a clock that is set', async () => {
      const counter = create([limit([rule('rpm', 1)])], clock);
      await take(counter);
      clock.jump(24 * 60 * MINUTE_MS);
      expect((await take(counter)).kind).toBe('refused');
      clock.jump(-48 * 60 * MINUTE_MS);
      clock.pass(2 * MINUTE_MS);
      expect((await take(counter)).kind).toBe('granted');
    });

    it('never lets more in than the limit within any minute, nor refuses after a minute and a second of room', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 5 }),
          fc.array(fc.integer({ min: 0, max: 25_000 }), { maxLength: 60 }),
          async (most, gaps) => {
            const counter = create([limit([rule('rpm', most)])], clock);
            const grants: number[] = [];
            for (const gap of gaps) {
              clock.pass(gap);
              const nowMs = clock.monotonic();
              const { kind } = await take(counter);
              const within = (ms: number): number => grants.filter((at) => nowMs - at < ms).length;
              if (kind === 'granted') expect(within(MINUTE_MS)).toBeLessThan(most);
              else expect(within(MINUTE_MS + 1_001)).toBeGreaterThanOrEqual(most);
              if (kind === 'granted') grants.push(nowMs);
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });
};
