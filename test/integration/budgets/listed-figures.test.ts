import { expect, it, onTestFinished } from 'vitest';
import { startHeldGateway } from '../../support/faults/start-held-gateway.ts';
import { answerOf, ask, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const MASTER_KEY = 'the-master-key-of-this-test';

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

it('lists budgets, limits and keys with the figures that the running gateway refuses by', async () => {
  // Each costs $1.
  const upstream = await startUpstream(answerOf(100, 90));
  onTestFinished(() => upstream.close());
  const gateway = await startHeldGateway({
    upstreamUrl: upstream.url,
    dataDir: pricedFolder(),
    masterKey: MASTER_KEY,
    env: { MODEL_LISTS: 'false' },
  });
  const list = async (what: string, ...args: string[]) =>
    gateway.run([what, 'list', ...args], { GOMODEL_MASTER_KEY: MASTER_KEY });
  const issued = await gateway.run(['keys', 'create', '--name', 'anna', '--user-path', '/team']);
  await gateway.run(['budgets', 'set', '/team', '--daily', '5']);
  await gateway.run(['limits', 'set', '/team', '--rpm', '100']);
  const counts = async (): Promise<boolean> =>
    (await list('budgets', '--json')).stdout.includes('"standing":[{');
  await expect.poll(counts, { timeout: 10_000 }).toBe(true);
  await expect.poll(async () => (await list('limits')).stdout).toContain('rpm: 100 of 100 left');
  expect((await list('keys')).stdout).toMatch(/ anna +active +– /);

  const response = await ask({ v1: gateway.url }, { authorization: `Bearer ${issued.stdout.trim()}` });
  expect(response.status).toBe(200);
  await response.text();
  await expect.poll(async () => (await list('budgets')).stdout).toContain('$1.00 spent, $4.00 left');
  const { stdout, stderr } = await list('budgets');
  expect(stdout).toMatch(
    /^\/team daily: \$5\.00, hard\n {2}\$1\.00 spent, \$4\.00 left; starts anew \d{4}-\d\d-\d\d 00:00 UTC\n$/,
  );
  expect(stderr).toBe('');
  expect(linesOf((await list('budgets', '--json')).stdout)).toMatchObject([
    { id: '/team daily', limit: 5, standing: [{ spent: 1, reserved: 0, left: 4 }] },
  ]);
  expect((await list('limits')).stdout).toMatch(
    /^\/team: rpm 100\n {2}rpm: 99 of 100 left; all of it in \S+/,
  );
  expect(linesOf((await list('limits', '--json')).stdout)).toMatchObject([
    { scope: '/team', standing: [{ name: 'rpm', used: 1, left: 99 }] },
  ]);
  const [key] = linesOf((await list('keys', '--json')).stdout);
  expect(Date.now() - Date.parse(String(key?.lastUsedAt))).toBeLessThan(60_000);
  expect((await list('keys')).stdout).toMatch(/ anna +active +\d{4}-\d\d-\d\d \d\d:\d\d /);

  await gateway.stop('SIGTERM');
  const alone = await list('budgets');
  expect(alone.stdout).toBe('/team daily: $5.00, hard\n');
  expect(alone.stderr).toBe('No gateway runs on this data folder: what is spent and left is not known.\n');
  expect(linesOf((await list('budgets', '--json')).stdout)[0]).not.toHaveProperty('standing');
}, 90_000);
