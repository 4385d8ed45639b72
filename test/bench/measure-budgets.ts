import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/time/clock.ts';
import type { Budget, Scope } from '../../src/guard/budgets/budget.ts';
import { createLedger } from '../../src/guard/budgets/create-ledger.ts';
import { createSpending } from '../../src/guard/budgets/create-spending.ts';
import { createCounters } from '../../src/guard/budgets/ledger-counters.ts';
import { openLedgerFile } from '../../src/guard/budgets/ledger-file.ts';
import { createAuthenticate } from '../../src/guard/create-authenticate.ts';
import { openFileKeyStore } from '../../src/guard/keys/file-key-store.ts';
import { openKeyRing } from '../../src/guard/keys/key-ring.ts';
import { createLimitCounter } from '../../src/guard/limits/create-limit-counter.ts';
import { createMetering } from '../../src/guard/limits/create-metering.ts';
import type { ExchangeEvent } from '../../src/log/exchange.ts';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { openDesk } from '../support/guard/open-desk.ts';
import { median, percentile } from './summarize.ts';

const KEYS = 1_000;
const BUDGETS = 10_000;
const TEAMS = 100;
const REQUESTS = 20_000;
const WARM_UP = 4_000;
/** With and without take turns, so that a busy moment of the machine moves both. */
const ROUNDS = 10;

export interface BudgetFigures {
  readonly what: string;
  readonly keys: number;
  readonly budgets: number;
  /** Microseconds before the request leaves: its key, its limits, its room. */
  readonly beforeP50Us: number;
  readonly beforeP99Us: number;
  /** Microseconds once it has closed: its cost, and the line that survives a `kill -9`. */
  readonly afterP50Us: number;
}

const RATES = () => ({ input: 1, cachedInput: 0.1, output: 10 });

const budgetOf = (scope: Scope): Budget => ({
  scope,
  period: { kind: 'daily' },
  timezone: 'Europe/Berlin',
  unit: 'usd',
  limit: 1e6,
  enforcement: 'hard',
  stopsRunaways: false,
  source: 'store',
});

const named = (kind: Scope['kind'], value: string, each = false): Budget => budgetOf({ kind, value, each });

/** One for each key, team, person, label and session, and for what many others have. */
const budgetsFor = (keyIds: readonly string[]): readonly Budget[] => {
  const mine = [
    named('user_path', '/'),
    named('user_path', '/', true),
    named('session', '', true),
    named('label', 'ci'),
    ...keyIds.map((id) => named('key', id)),
    ...keyIds.map((_, index) => named('user_path', `/team${index % TEAMS}/person${index}`)),
  ];
  const others = Array.from({ length: BUDGETS - mine.length }, (_, index) =>
    named('user_path', `/others/person${index}`),
  );
  return [...mine, ...others];
};

const createScene = async (dataDir: string, keys: number) => {
  const desk = openDesk(dataDir);
  const texts: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < keys; index++) {
    const { key, text } = await desk.create({
      name: `person${index}`,
      userPath: `/team${index % TEAMS}/person${index}`,
      labels: ['ci'],
    });
    texts.push(text);
    ids.push(key.id);
  }
  const ring = await openKeyRing(openFileKeyStore(dataDir), () => Date.now());
  const counters = createCounters();
  const budgets = keys === 0 ? [] : budgetsFor(ids);
  const ledger = createLedger({ clock: systemClock, counters, budgets });
  const file = openLedgerFile(join(dataDir, 'ledger.jsonl'), counters);
  ledger.keepIn(file);
  const listeners: ((event: ExchangeEvent) => void)[] = [];
  const recorder = {
    subscribe: (listener: (event: ExchangeEvent) => void) => {
      listeners.push(listener);
      return () => {};
    },
  };
  const hasBudgets = (): boolean => budgets.length > 0;
  const metering = createMetering({
    limits: createLimitCounter([], systemClock),
    hasLimits: () => false,
    spending: createSpending({
      ledger,
      hasBudgets,
      loadPrices: async () => ({
        ratesFor: () => RATES,
        costOf: () => ({ kind: 'metered', usd: 0.01 }),
      }),
      recorder,
      clock: systemClock,
    }),
    recorder,
    now: () => Date.now(),
  });
  const authenticate = createAuthenticate({
    masterKey: 'the-master-key',
    ring,
    naming: { userPathHeader: 'x-gomodel-user-path', tagging: [] },
  });
  let count = 0;
  /** @returns how long it took before the request left, and after its answer. Microseconds */
  const request = async (): Promise<readonly [before: number, after: number]> => {
    const id = `req_${dataDir}_${++count}`;
    const headers: IncomingHttpHeaders = {
      authorization: `Bearer ${texts[count % keys] ?? 'the-master-key'}`,
    };
    const record: ExchangeRecord = {
      schemaVersion: 1,
      id,
      startedAt: '2026-01-01T00:00:00.000Z',
      method: 'POST',
      path: '/v1/responses',
      transport: 'http',
      provider: 'openai',
      client: { sessionId: `session${count % 200}` },
      request: {},
      response: {},
    };
    const exchange = { id, record, closed: false, update: () => {} };
    const startedAt = performance.now();
    const caller = authenticate(headers);
    if (caller instanceof Promise) throw new Error('no token is sent here');
    const begun = metering.begin({
      exchange,
      caller,
      headers,
      provider: 'openai',
      model: 'gpt-5.5',
      upstreamModel: 'gpt-5.5',
      isOnlyDestination: true,
      bodyBytes: 20_000,
      isContinuation: false,
      maxOutputTokens: undefined,
      serviceTier: undefined,
      isPriced: true,
      findRepetition: () => undefined,
    });
    const leftAt = performance.now();
    await begun;
    record.status = 200;
    record.usage = { inputTokens: 6_000, cachedInputTokens: 5_000, outputTokens: 300, totalTokens: 6_300 };
    const closedAt = performance.now();
    for (const listener of listeners) listener({ type: 'close', record });
    return [(leftAt - startedAt) * 1_000, (performance.now() - closedAt) * 1_000];
  };
  return {
    request,
    budgets: budgets.length,
    close: () => {
      file.close();
      ring.close();
    },
  };
};

/** What 1,000 keys and 10,000 budgets cost a request, beside a gateway that has neither, in one run. */
export const measureBudgets = async (): Promise<readonly BudgetFigures[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-budgets-'));
  try {
    const sides = await Promise.all(
      [KEYS, 0].map(async (keys) => ({
        keys,
        scene: await createScene(join(folder, String(keys)), keys),
        before: [] as number[],
        after: [] as number[],
      })),
    );
    for (const { scene } of sides) for (let count = 0; count < WARM_UP; count++) await scene.request();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { scene, before, after } of sides) {
        for (let count = 0; count < REQUESTS / ROUNDS; count++) {
          const [beforeUs, afterUs] = await scene.request();
          before.push(beforeUs);
          after.push(afterUs);
        }
      }
    }
    for (const { scene } of sides) scene.close();
    return sides.map(({ keys, scene: { budgets }, before, after }) => ({
      what: keys === 0 ? 'master key alone' : 'keys and budgets',
      keys,
      budgets,
      beforeP50Us: median(before),
      beforeP99Us: percentile(before, 0.99),
      afterP50Us: median(after),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
