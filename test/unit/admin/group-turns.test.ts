import { expect, it } from 'vitest';
import {
  countAttempts,
  durationOf,
  groupTurns,
  toolsOf,
  toolTimeOf,
} from '../../../src/admin/answers/turns/group-turns.ts';
import { factsOfRecord } from '../../../src/log/facts.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const facts = (second: number, turnId: string | undefined, more: Partial<ExchangeRecord> = {}) =>
  factsOfRecord({
    ...bareRecord(`req_${second}`, second * 1_000),

    durationMs: 500,
    client: { sessionId: 's', threadId: 't', ...(turnId !== undefined && { turnId }) },
    ...more,
  });

const idsOf = (turns: ReturnType<typeof groupTurns>): string[][] =>
  turns.map((turn) => turn.map(({ id }) => id));

it('groups by the turn that Codex names, of agents side by side too', () => {
  const other = { client: { sessionId: 's', threadId: 'u', turnId: 'a' } };
  const turns = groupTurns([facts(1, 'a'), facts(2, undefined, other), facts(3, 'a'), facts(4, 'b')]);
  expect(idsOf(turns)).toEqual([['req_1', 'req_3'], ['req_2'], ['req_4']]);
});

it('begins a turn at the user’s words where the client names none', () => {
  const all = [1, 2, 3, 4].map((second) => facts(second, undefined));
  const turns = groupTurns(all, ({ id }) => id === 'req_1' || id === 'req_3');
  expect(idsOf(turns)).toEqual([
    ['req_1', 'req_2'],
    ['req_3', 'req_4'],
  ]);
});

it('counts what tools took between an answer that called some and the next request', () => {
  const calls = { response: { toolCalls: ['shell', 'shell', 'plan'] } };
  const [turn] = groupTurns([facts(1, 'a', calls), facts(4, 'a'), facts(9, 'a')]);
  expect(turn && toolTimeOf(turn)).toBe(2_500);
  expect(turn && toolsOf(turn)).toEqual([
    { name: 'shell', calls: 2 },
    { name: 'plan', calls: 1 },
  ]);
  expect(turn && durationOf(turn)).toBe(8_500);
});

it('counts what scripts call apart from the calls that run them', () => {
  const one = { response: { toolCalls: ['exec'], scriptCalls: ['exec_command', 'apply_patch'] } };
  const two = { response: { toolCalls: ['exec', 'wait'], scriptCalls: ['exec_command', 'exec_command'] } };
  const [turn] = groupTurns([facts(1, 'a', one), facts(4, 'a', two)]);
  expect(turn && toolsOf(turn)).toEqual([
    { name: 'exec_command', calls: 3, in_scripts: true },
    { name: 'exec', calls: 2 },
    { name: 'wait', calls: 1 },
    { name: 'apply_patch', calls: 1, in_scripts: true },
  ]);
});

it('counts a failure that was sent again, and not one at the end', () => {
  const [turn] = groupTurns([
    facts(1, 'a', { status: 529 }),
    facts(2, 'a', { response: { finish: 'aborted' } }),
    facts(3, 'a', { status: 500 }),
  ]);
  expect(turn && countAttempts(turn)).toBe(2);
  const running: Partial<ExchangeRecord> = { status: 200 };
  const [open] = groupTurns([factsOfRecord({ ...bareRecord('req_1', 0), ...running })]);
  expect(open && durationOf(open)).toBeUndefined();
});
