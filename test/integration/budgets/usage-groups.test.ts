import { expect, it, onTestFinished } from 'vitest';
import type { Paged } from '../../../src/admin/api-types/entry.ts';
import type { UsageGroup } from '../../../src/admin/api-types/usage.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { answerOf, ask, composeWithBudgets, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

it('sums usage by key, user path and label, so that nothing is left out', async () => {
  // Each costs $1.
  const upstream = await startUpstream(answerOf(100, 90));
  onTestFinished(() => upstream.close());
  const dataDir = pricedFolder();
  const desk = openDesk(dataDir);
  const admin = await desk.create({ name: 'root', role: 'admin' });
  const anna = await desk.create({ name: 'anna', userPath: '/team/alpha/anna', labels: ['ci', 'night'] });
  const bert = await desk.create({ name: 'bert', userPath: '/team/beta', labels: ['ci'] });
  const gateway = await composeWithBudgets(upstream.url, {}, { dataDir });
  for (const [key, session] of [
    [anna, 's1'],
    [anna, 's1'],
    [anna, 's2'],
    [bert, 's3'],
    [admin, 's4'],
  ] as const) {
    const headers = { authorization: `Bearer ${key.text}`, 'session-id': session };
    await (await ask(gateway, headers)).text();
  }
  await gateway.records();
  const groups = async (query: string): Promise<unknown> => {
    const { entries } = await readAdmin<Paged<UsageGroup>>(gateway.port, `usage/groups?${query}`, {
      authorization: `Bearer ${admin.text}`,
    });
    return entries.map(({ group, name, requests, sessions, total_cost: cost }) => ({
      group,
      ...(name !== undefined && { name }),
      figures: [requests, sessions, cost],
    }));
  };
  expect(await groups('by=key')).toEqual([
    { group: anna.key.id, name: 'anna', figures: [3, 2, 3] },
    { group: bert.key.id, name: 'bert', figures: [1, 1, 1] },
    { group: admin.key.id, name: 'root', figures: [1, 1, 1] },
  ]);
  expect(await groups('by=user_path')).toEqual([
    { group: '/team/alpha/anna', figures: [3, 2, 3] },
    { group: '/team/beta', figures: [1, 1, 1] },
    { group: '', figures: [1, 1, 1] },
  ]);
  expect(await groups('by=user_path&depth=2&label=ci')).toEqual([
    { group: '/team/alpha', figures: [3, 2, 3] },
    { group: '/team/beta', figures: [1, 1, 1] },
  ]);
  expect(await groups('by=user_path&depth=1')).toMatchObject([{ group: '/team', figures: [4, 3, 4] }, {}]);
  // In the group of each of its labels.
  expect(await groups('by=label')).toEqual([
    { group: 'ci', figures: [4, 3, 4] },
    { group: 'night', figures: [3, 2, 3] },
    { group: '', figures: [1, 1, 1] },
  ]);
});
