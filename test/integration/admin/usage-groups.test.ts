import { expect, it } from 'vitest';
import type { Paged } from '../../../src/admin/api-types/entry.ts';
import type { UsageBucket, UsageGroup } from '../../../src/admin/api-types/usage.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const record = (tokens: number, more: Partial<ExchangeRecord>): { record: Partial<ExchangeRecord> } => ({
  record: { model: 'gpt-5.5', usage: { inputTokens: tokens, totalTokens: tokens }, ...more },
});

const SAMPLES = [
  record(1_000, { auth: 'master_key' }),
  record(200, { auth: 'key:anna', keyId: 'anna', userPath: '/team/alpha', labels: ['ci', 'night'] }),
  record(30, { auth: 'key:ben', keyId: 'ben', userPath: '/team/beta/ci', labels: ['ci'] }),
  record(4, {
    auth: 'key:ben',
    keyId: 'ben',
    userPath: '/team',
    requestedModel: 'fast',
    sentModel: 'gpt-5.5',
  }),
];

const start = async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  for (const sample of SAMPLES) recordExchange(gateway.recorder, sample);
  const groups = async (query: string): Promise<Record<string, number>> => {
    const { entries } = await readAdmin<Paged<UsageGroup>>(gateway.port, `usage/groups?${query}`);
    return Object.fromEntries(entries.map(({ group, total_tokens }) => [group, total_tokens]));
  };
  return { gateway, groups };
};

it('sums up by person, team and label, those without one apart', async () => {
  const { groups } = await start();
  expect(await groups('by=key')).toEqual({ '': 1_000, anna: 200, ben: 34 });
  expect(await groups('by=label')).toEqual({ '': 1_004, ci: 230, night: 200 });
  expect(await groups('by=user_path&depth=1')).toEqual({ '': 1_000, '/team': 234 });
});

it('goes down the tree of teams, a step for each path that is asked for', async () => {
  const { groups } = await start();
  expect(await groups('by=user_path&depth=2&user_path=/team')).toEqual({
    '/team': 4,
    '/team/alpha': 200,
    '/team/beta': 30,
  });
  expect(await groups('by=user_path&user_path=/team/beta')).toEqual({ '/team/beta/ci': 30 });
});

it('tells the names of a model apart, and narrows to each of them', async () => {
  const { groups } = await start();
  expect(await groups('by=requested_model')).toEqual({ '': 1_230, fast: 4 });
  expect(await groups('by=key&requested_model=fast')).toEqual({ ben: 4 });
  expect(await groups('by=key&sent_model=gpt-5.5')).toEqual({ ben: 4 });
  expect(await groups('by=key&requested_model=gpt-5.5')).toEqual({});
});

it('sums a day up by hours, one more where the clocks are put back', async () => {
  const { gateway } = await start();
  const hours = (date: string, zone: string) =>
    readAdmin<UsageBucket[]>(
      gateway.port,
      `usage/daily?interval=hourly&start_date=${date}&end_date=${date}&timezone=${zone}`,
    );
  const autumn = await hours('2026-10-25', 'Europe/Berlin');
  expect(autumn).toHaveLength(25);
  expect(autumn[0]?.date).toBe('2026-10-24T22:00:00.000Z');
  expect(await hours('2026-03-29', 'Europe/Berlin')).toHaveLength(23);
  expect((await hours('2026-06-01', 'Asia/Kolkata'))[0]?.date).toBe('2026-05-31T18:30:00.000Z');
  const today = await readAdmin<UsageBucket[]>(gateway.port, 'usage/daily?interval=hourly&days=1');
  expect(today.reduce((sum, { total_tokens }) => sum + total_tokens, 0)).toBe(1_234);
});
