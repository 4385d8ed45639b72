import { expect, it } from 'vitest';
import type { BudgetStatus } from '../../../src/guard/budgets/ledger-port.ts';
import { createCollector, MAX_BUDGETS, type StateSources } from '../../../src/metrics/collect-state.ts';
import { createInstruments } from '../../../src/metrics/instruments.ts';
import { createLabeller } from '../../../src/metrics/label-exchange.ts';
import type { Vitals } from '../../../src/metrics/vitals.ts';

const budget = (child: string, spent: number): BudgetStatus => ({
  ...{ id: child, scope: 'session', child, period: 'daily', timezone: 'UTC', unit: 'usd' },
  ...{ enforcement: 'hard', source: 'file', limit: 10, spent, reserved: 1, tokens: 0, listUsd: 0 },
});

const collect = async (
  budgets: readonly BudgetStatus[],
  vitals: readonly Vitals[] = [],
  trouble?: string,
  storage?: ReturnType<StateSources['storage']>,
) => {
  const instruments = createInstruments();
  const recorder = {
    active: { size: 0, values: () => [] },
    trouble: trouble === undefined ? undefined : { since: trouble, message: 'full' },
    losses: { lines: 3, bodies: 0 },
  };
  const sources = {
    recorder,
    vitals: async () => vitals,
    budgets: async () => budgets,
    storage: () => storage,
    workers: () => ({ wanted: 3, running: 2 }),
    now: () => Date.parse('2026-11-30T00:01:00Z'),
  };
  const run = createCollector(sources, instruments, createLabeller());
  await run();
  await run();
  return instruments.registry.metrics();
};

it('shows the budgets with the least left, and counts those that have no room', async () => {
  const many = Array.from({ length: MAX_BUDGETS + 100 }, (_, index) =>
    budget(`s${index}`, index < 100 ? 0 : 5),
  );
  const text = await collect([...many, budget('spent', 12)]);
  expect(text.match(/^gomodel_budget_left\{/gm)).toHaveLength(MAX_BUDGETS);
  expect(text).toContain('gomodel_budgets_hidden 101\n');
  expect(text).toContain('gomodel_budget_left{scope="session",child="spent",period="daily",unit="usd"} 0\n');
  expect(text).not.toContain('child="s0"');
});

it('adds up what the processes say, and counts each loss once', async () => {
  const vitals: Vitals = {
    breakers: { openai: 'open' },
    waiting: { exchanges: 2, bodyBytes: 100 },
    residentBytes: 1000,
  };
  const closed: Vitals = { ...vitals, breakers: { openai: 'closed' } };
  const text = await collect([], [vitals, vitals, closed], '2026-11-30T00:00:00Z');
  expect(text).toContain('gomodel_breaker_processes{provider="openai",state="open"} 2\n');
  expect(text).toContain('gomodel_breaker_processes{provider="openai",state="closed"} 1\n');
  expect(text).toContain('gomodel_log_waiting_exchanges 6\n');
  expect(text).toContain('gomodel_resident_memory_bytes 3000\n');
  expect(text).toContain('gomodel_log_lag_seconds 60\n');
  expect(text).toContain('gomodel_log_lost_total{what="lines"} 3\n');
  expect(text).toContain('gomodel_processes{state="missing"} 1\n');
});

it('says how far the shared log is behind, and of no database where there is none', async () => {
  const away = { postgresql: 'it does not answer', log: { behind: 12, behindMs: 90_500 } };
  const text = await collect([], [], undefined, away);
  expect(text).toContain('gomodel_database_up{database="postgresql"} 0\n');
  expect(text).toContain('gomodel_log_shipping_lag_seconds 90.5\n');
  expect(text).toContain('gomodel_log_shipping_waiting_exchanges 12\n');
  expect(await collect([])).not.toContain('gomodel_database_up{');
});
