import { expect, it, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { queryExchanges } from '../support/log/query-exchanges.ts';
import { askOften, checkMoves, homesOf, pointsOff, startTargets } from './balanced-targets.ts';

it.each([1, 4])(
  'shares 10,000 requests of 200 sessions out within 3% of the weights, one target dead and one full, by %i workers',
  async (workers) => {
    const targets = await startTargets();
    onTestFinished(() => targets.close());
    const start = (dataDir?: string) =>
      startGateway({
        configFile: targets.configFile,
        providerKey: null,
        args: ['--workers', String(workers)],
        env: { MODEL_LISTS: 'false', LOGGING_LOG_BODIES: 'false' },
        ...(dataDir !== undefined && { dataDir }),
      });
    const gateway = await start();
    onTestFinished(() => gateway.stop().then(() => undefined));
    const { origin } = new URL(gateway.url);
    const began: string[] = [];
    const ask = async (at: string, count: number): Promise<void> => {
      began.push(new Date().toISOString());
      expect(await askOften(at, count)).toBe(count);
    };
    await ask(origin, 4000);
    targets.broken.add('west');
    await ask(origin, 3000);
    targets.broken.add('north');
    await ask(origin, 3000);
    await gateway.stop();
    targets.broken.clear();
    // Who comes back after a restart is where its prompt cache is.
    const again = await start(gateway.dataDir);
    onTestFinished(() => again.stop().then(() => undefined));
    await ask(new URL(again.url).origin, 400);
    await again.stop();

    const records: ExchangeRecord[] = [];
    for await (const record of queryExchanges(gateway.dataDir)) {
      if (record.method === 'POST') records.push(record);
    }
    records.sort((one, other) => one.startedAt.localeCompare(other.startedAt));
    const phases = began.map((from, phase) =>
      records.filter(({ startedAt }) => startedAt >= from && startedAt < (began[phase + 1] ?? '9')),
    );
    const [healthy = [], oneDead = [], oneLeft = [], restarted = []] = phases;
    expect(phases.map(({ length }) => length)).toEqual([4000, 3000, 3000, 400]);
    expect(Math.max(...pointsOff(healthy))).toBeLessThanOrEqual(3);
    expect(Math.max(...pointsOff(oneDead, ['east', 'north']))).toBeLessThanOrEqual(3);
    expect(pointsOff(oneLeft, ['east'])).toEqual([0]);
    checkMoves([...healthy, ...oneDead, ...oneLeft]);
    expect(homesOf(restarted)).toEqual(homesOf(healthy));
  },
);
