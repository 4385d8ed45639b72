import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import { type FixtureExchange, openEntry } from './fixture-exchange.ts';
import { SCENARIOS } from './scenarios.ts';

let lastMs = 0;

/** This moment, and never the same twice: ids of one millisecond have no order. */
const nextMs = (): number => {
  lastMs = Math.max(Date.now(), lastMs + 1);
  return lastMs;
};

/** An exchange of this moment: ended and well unless `changes` says otherwise. */
export const makeExchange = (changes: Partial<AuditEntry> = {}): FixtureExchange => {
  const [scenario] = SCENARIOS;
  if (!scenario) throw new Error('there is no scenario');
  return {
    entry: {
      ...openEntry(nextMs(), '/v1/responses', {
        name: 'codex_exec',
        version: '0.169.0',
        sessionId: '0199f3c2-77aa-7000-a000-000000000001',
        threadId: '0199f3c2-77aa-7000-a000-000000000001',
      }),
      status: 200,
      stream: true,
      model: 'gpt-5.5',
      provider: 'openai',
      upstream: 'api.openai.com',
      auth: 'master_key',
      ttfbMs: 400,
      durationMs: 2400,
      response: { finish: 'completed', events: 40, bytes: 8000 },
      usage: {
        inputTokens: 12_000,
        cachedInputTokens: 11_000,
        outputTokens: 300,
        reasoningTokens: 100,
        totalTokens: 12_300,
      },
      costUsd: 0.0079,
      ...changes,
    },
    turn: { scenario, step: 0 },
  };
};

/** The same while it runs: nothing of its end is known. */
export const makeRunning = (changes: Partial<AuditEntry> = {}): FixtureExchange => {
  const made = makeExchange();
  const { durationMs: _duration, usage: _usage, costUsd: _cost, ...entry } = made.entry;
  return { ...made, entry: { ...entry, response: { events: 3 }, ...changes } };
};
