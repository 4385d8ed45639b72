import { expect, it } from 'vitest';
import { findToolUses, isDenied, sumToolUses } from '../../../src/admin/answers/turns/tool-uses.ts';
import type { ClientEvent } from '../../../src/log/port.ts';

const at = (second: number): string => new Date(second * 1_000).toISOString();
const turn = (turnId: string | undefined, second: number, threadId = 'thread') => ({
  ...{ turnId, threadId, startedAtMs: second * 1_000, keyIds: ['key'] },
});
const event = (second: number, more: Partial<ClientEvent> = {}): ClientEvent => ({
  ...{
    at: at(second),
    kind: 'result',
    client: 'codex',
    conversationId: 'thread',
    keyId: 'key',
    tool: 'exec',
  },
  ...more,
});
const callsOf = (turns: ReturnType<typeof turn>[], events: ClientEvent[]) =>
  findToolUses(turns, events).map((uses) => uses.map(({ call_id: id }) => id));

it('gives a tool to the turn that the client names, and else to the last one that had begun', () => {
  const turns = [turn('a', 10), turn('b', 20)];
  expect(callsOf(turns, [event(25, { callId: '1', turnId: 'a' }), event(25, { callId: '2' })])).toEqual([
    ['1'],
    ['2'],
  ]);
  expect(callsOf(turns, [event(5, { callId: 'by a clock that is behind' })])).toEqual([
    ['by a clock that is behind'],
    [],
  ]);
  expect(callsOf(turns, [event(15, { callId: '1', turnId: 'of another client' })])).toEqual([['1'], []]);
});

it('keeps agents apart that run side by side', () => {
  const turns = [turn('a', 10, 'thread'), turn('b', 12, 'agent')];
  expect(callsOf(turns, [event(15, { callId: '1' })])).toEqual([['1'], []]);
  expect(callsOf(turns, [event(15, { callId: '1', conversationId: 'session' })])).toEqual([[], ['1']]);
});

it('leaves out what another key has sent', () => {
  expect(callsOf([turn('a', 10)], [event(15, { keyId: 'of another', turnId: 'a' })])).toEqual([[]]);
});

it('tells of a call once, with its decision and its end', () => {
  const decided = event(11, { kind: 'decision', callId: '1', decision: 'approved', decidedBy: 'User' });
  const [uses = []] = findToolUses(
    [turn('a', 10)],
    [decided, event(12, { callId: '1', success: false, durationMs: 0 }), event(13)],
  );
  expect(uses).toEqual([
    {
      ...{ at: at(11), tool: 'exec', call_id: '1' },
      ...{ decision: 'approved', decided_by: 'User', success: false, duration_ms: 0 },
    },
    { at: at(13), tool: 'exec' },
  ]);
  expect(sumToolUses(uses)).toEqual({ denied: 0, asked: 1, failed: 1 });
});

it.each(['denied', 'reject', 'abort'])('takes %s for a denial', (decision) => {
  expect(isDenied({ at: at(1), tool: 'exec', decision })).toBe(true);
});

it.each(['approved', 'approved_for_session', 'accept', undefined])('takes %s for none', (decision) => {
  expect(isDenied({ at: at(1), tool: 'exec', ...(decision && { decision }) })).toBe(false);
});
