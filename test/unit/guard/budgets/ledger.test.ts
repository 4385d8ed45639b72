import { appendFileSync, chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../../../src/guard/budgets/budget.ts';
import { createLedger } from '../../../../src/guard/budgets/create-ledger.ts';
import { createCounters } from '../../../../src/guard/budgets/ledger-counters.ts';
import { openLedgerFile } from '../../../../src/guard/budgets/ledger-file.ts';
import {
  budget,
  cost,
  describeBudgetLedger,
  estimate,
  subject,
} from '../../../support/guard/describe-budget-ledger.ts';
import { createJumpingClock, type JumpingClock } from '../../../support/guard/jumping-clock.ts';
import { createTemporaryFolder } from '../../../support/temporary-folder.ts';

const open = (path: string, clock: JumpingClock, budgets: readonly Budget[]) => {
  const counters = createCounters();
  const file = openLedgerFile(path, counters);
  const ledger = createLedger({ clock, counters, budgets });
  ledger.keepIn(file);
  return { file, ledger };
};

describeBudgetLedger('the ledger of one process', async (clock) => {
  const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
  let budgets: readonly Budget[] = [];
  let current = open(path, clock, budgets);
  return {
    get ledger() {
      return current.ledger;
    },
    define: (next) => {
      budgets = next;
      current.ledger.define(next);
    },
    // Without closing anything, as a killed process does.
    restart: async () => {
      current = open(path, clock, budgets);
    },
    remove: async () => current.file.close(),
  };
});

describe('the file of the ledger', () => {
  const clock = createJumpingClock('2026-03-05T10:00:00Z');
  const spend = (path: string, id: string, usd: number) => {
    const { file, ledger } = open(path, clock, [budget(10)]);
    ledger.reserve(id, subject(), estimate(0));
    ledger.settle(id, cost(usd));
    file.close();
    return open(path, clock, [budget(10)]);
  };

  it('is for its owner alone', () => {
    const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
    spend(path, 'req_1', 1).file.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('passes over half a line at its end', () => {
    const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
    spend(path, 'req_1', 1).file.close();
    appendFileSync(path, '{"id":"req_2","entries":[{"key":"/ da');
    const { file, ledger } = open(path, clock, [budget(10)]);
    expect([ledger.status()[0]?.spent, file.problem]).toEqual([1, undefined]);
    file.close();
  });

  it('says so where other lines cannot be read', () => {
    const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
    spend(path, 'req_1', 1).file.close();
    appendFileSync(path, 'nonsense\n{"id":"req_3","entries":[]}\n');
    const { file, ledger } = open(path, clock, [budget(10)]);
    expect(ledger.status()[0]?.spent).toBe(1);
    expect(file.problem).toContain('1 lines cannot be read');
    file.close();
  });

  it('remembers across a restart which exchanges it has counted', () => {
    const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
    const { file, ledger } = spend(path, 'req_1', 1);
    ledger.reserve('req_1', subject(), estimate(2));
    ledger.settle('req_1', cost(2));
    expect(ledger.status()[0]).toMatchObject({ spent: 1, reserved: 0 });
    file.close();
  });

  it('holds sums instead of lines after a start', () => {
    const path = join(createTemporaryFolder('ledger'), 'ledger.jsonl');
    for (let count = 0; count < 20; count++) spend(path, `req_${count}`, 0.1).file.close();
    const [first = ''] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(first)).toMatchObject({ id: '', entries: [{ spent: 2_000_000_000 }] });
  });

  it.skipIf(process.getuid?.() === 0)('says so where it cannot be written, and counts on', () => {
    const folder = createTemporaryFolder('ledger');
    chmodSync(folder, 0o500);
    const { file, ledger } = open(join(folder, 'ledger.jsonl'), clock, [budget(10)]);
    ledger.reserve('req_1', subject(), estimate(1));
    ledger.settle('req_1', cost(1));
    expect(file.problem).toContain('cannot be written');
    expect(ledger.status()[0]?.spent).toBe(1);
    chmodSync(folder, 0o700);
  });
});
