import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

it('sets, lists and removes budgets, and refuses what it cannot understand', async () => {
  const dataDir = createTemporaryFolder('budgets');
  const run = (...args: string[]) => runCli(['budgets', ...args], { GOMODEL_HOME: dataDir });
  expect(await run('set', '/team/alpha', '--daily', '10')).toMatchObject({
    code: 0,
    stderr: 'Set /team/alpha daily: $10.00, hard.\n',
  });
  await run('set', 'session:*', '--total', '500', '--tokens', '--soft');
  expect((await run('list')).stdout).toBe(
    '/team/alpha daily: $10.00, hard\nsession:* total tokens: 500 tokens, soft\n',
  );
  for (const [args, says] of [
    [['set', '/team', '--daily', '-3'], /daily|limit/],
    [['set', '/team'], /one period/],
    [['set', 'nobody', '--daily', '3'], /is not a scope/],
    [['set', '/', '--daily', '3', '--timezone', 'Mars/Base'], /IANA/],
    [['remove', '/ daily'], /there is no budget "\/ daily"/],
  ] as const) {
    const refused = await run(...args);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(says)]);
  }
  await run('remove', '/team/alpha daily');
  expect((await run('list', '--json')).stdout.trim().split('\n')).toHaveLength(1);
  const actions = readFileSync(join(dataDir, 'admin-log.jsonl'), 'utf8').trim().split('\n');
  expect(actions.map((line) => JSON.parse(line).action)).toEqual([
    'budget.set',
    'budget.set',
    'budget.remove',
  ]);
}, 60_000);
