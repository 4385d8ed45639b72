import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientEvent, ClientEventLog } from '../../../src/log/events/client-event.ts';

export interface EventLogHarness {
  /** Keeps events for a day. As another process opens it. */
  open(): ClientEventLog;
  /** Makes all that is there by now so much older. */
  age(days: number): Promise<void>;
  /** From now on the clock shows a later time. */
  later(ms: number): void;
  remove(): Promise<void>;
}

export const clientEvent = (
  conversationId: string,
  at = '2026-11-30T11:00:00.000Z',
  more: Partial<ClientEvent> = {},
): ClientEvent => ({
  ...{ at, kind: 'result', client: 'codex', conversationId, tool: 'exec', success: true, durationMs: 5 },
  ...more,
});

/** What every log of clients' events does, wherever it keeps them. */
export const describeEventLog = (name: string, start: () => Promise<EventLogHarness>): void => {
  describe(name, () => {
    let harness: EventLogHarness;
    let log: ClientEventLog;
    beforeEach(async () => {
      harness = await start();
      log = harness.open();
      return async () => {
        await log.close();
        await harness.remove();
      };
    });

    it('gives back what was added, of the conversations that are asked for, oldest first, elsewhere too', async () => {
      const [early, late] = [clientEvent('b', '2026-11-30T10:00:00.000Z'), clientEvent('a')];
      const decision = clientEvent('a', '2026-11-30T10:30:00.000Z', {
        ...{ kind: 'decision', keyId: 'key_1', turnId: 't', traceId: 'f', callId: 'c' },
        ...{ decision: 'approved', decidedBy: 'user' },
      });
      log.add([late, clientEvent('c')]);
      log.add([early, decision]);
      expect(await log.of(['a', 'b', 'a'])).toEqual([early, decision, late]);
      const other = harness.open();
      expect(await other.of(['b', 'a'])).toEqual([early, decision, late]);
      expect(await other.of([])).toEqual([]);
      expect(await other.of(['nobody'])).toEqual([]);
      await other.close();
    });

    it.each([
      ['a path', '../../x'],
      ['a zero', '\0'],
      ['half a character', 'a\ud800b'],
      ['SQL', "'; DROP TABLE x; --"],
      ['20 KB', 'é'.repeat(10_000)],
      ['nothing', ''],
    ])('takes whatever a client says for an id: %s', async (_what, id) => {
      const event = clientEvent(id, undefined, { tool: 'a\0b\u{1f600}' });
      log.add([event, clientEvent('other')]);
      const [found, ...more] = await log.of([id]);
      expect([found?.tool, more]).toEqual([event.tool, []]);
    });

    it('keeps a megabyte of one conversation, and leaves others their room', async () => {
      const many = (from: number): ClientEvent[] =>
        Array.from({ length: 4_000 }, (_, place) =>
          clientEvent('a', undefined, { callId: String(from + place), tool: 'x'.repeat(200) }),
        );
      for (let count = 0; count < 3; count++) {
        log.add(many(count * 4_000));
        await log.flush();
      }
      log.add([clientEvent('b')]);
      await expect.poll(async () => (await log.of(['b'])).length).toBe(1);
      const bytes = (await log.of(['a'])).reduce((sum, event) => sum + JSON.stringify(event).length, 0);
      expect(bytes).toBeLessThanOrEqual(2 ** 20);
      expect(bytes).toBeGreaterThan(2 ** 20 - 10_000);
    });

    it('takes so much at once and no more, and never throws', async () => {
      const flood = Array.from({ length: 60_000 }, (_, place) =>
        clientEvent(String(place % 100), undefined, { callId: String(place) }),
      );
      for (let time = 0; time < 5; time++) log.add(flood);
      const ids = Array.from({ length: 100 }, (_, place) => String(place));
      await expect.poll(async () => (await log.of(ids)).length).toBeGreaterThanOrEqual(20_000);
      // What is being written makes room for as much again.
      expect((await log.of(ids)).length).toBeLessThanOrEqual(40_000);
    });

    it('forgets what is older than the log is kept', async () => {
      log.add([clientEvent('old'), clientEvent('older')]);
      await log.flush();
      await harness.age(3);
      harness.later(3_700_000);
      log.add([clientEvent('new')]);
      await expect.poll(async () => await log.of(['old', 'older', 'new'])).toEqual([clientEvent('new')]);
    });
  });
};
