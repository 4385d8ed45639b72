import { expect, it, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { queryExchanges } from '../support/log/query-exchanges.ts';
import { askOften, checkMoves, deviationsOf, homesOf, startTargets } from './balanced-targets.ts';

let earlier: ReadonlyMap<string, string> = new Map();

it.each([1, 4])(
  'shares 10,000 requests of 200 sessions out by weight, one target dead and one full, by %i workers',
  async (workers) => {
    const targets = await startTargets();
    onTestFinished(() => targets.close());
    const gateway = await startGateway({
      configFile: targets.configFile,
      providerKey: null,
      args: ['--workers', String(workers)],
      env: { MODEL_LISTS: 'false', LOGGING_LOG_BODIES: 'false' },
    });
    onTestFinished(() => gateway.stop().then(() => undefined));
    const { origin } = new URL(gateway.url);
    expect(await askOften(origin)).toBe(5000);
    const brokenAt = new Date().toISOString();
    targets.break();
    expect(await askOften(origin)).toBe(5000);
    await gateway.stop();

    const [before, after]: [ExchangeRecord[], ExchangeRecord[]] = [[], []];
    for await (const record of queryExchanges(gateway.dataDir)) {
      if (record.method === 'POST') (record.startedAt < brokenAt ? before : after).push(record);
    }
    expect([before.length, after.length]).toEqual([5000, 5000]);
    expect(Math.max(...deviationsOf(before))).toBeLessThanOrEqual(3);
    checkMoves(before, after);
    // Every process places a session where any other would.
    const homes = homesOf(before);
    for (const [session, home] of homes) expect(earlier.get(session) ?? home).toBe(home);
    earlier = homes;
  },
);
