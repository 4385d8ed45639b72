import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

it('sets, lists and removes rate limits, and refuses what it cannot understand', async () => {
  const dataDir = createTemporaryFolder('limits');
  const run = (...args: string[]) => runCli(['limits', ...args], { GOMODEL_HOME: dataDir });
  expect(await run('set', '/team/alpha', '--rpm', '100', '--tpm', '50000')).toMatchObject({
    code: 0,
    stderr: 'Set /team/alpha: rpm 100, tpm 50,000.\n',
  });
  await run('set', 'key:*', '--concurrent', '4');
  await run('set', 'provider:openai/gpt-5.5', '--tpm', '200000');
  expect((await run('list')).stdout).toBe(
    '/team/alpha: rpm 100, tpm 50,000\nkey:*: concurrent 4\nprovider:openai/gpt-5.5: tpm 200,000\n',
  );
  for (const [args, says] of [
    [['set', '/team', '--rpm', '-3'], /rpm is a whole number, 0 or more/],
    [['set', '/team', '--rpm', '1.5'], /rpm is a whole number/],
    [['set', '/team'], /at least one of rpm/],
    [['set', 'nobody', '--rpm', '3'], /is not a scope/],
    [['set', 'provider:*', '--rpm', '3'], /one for all who ask it/],
    [['remove', '/'], /there is no rate limit "\/".*"\/team\/alpha"/],
  ] as const) {
    const refused = await run(...args);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(says)]);
  }
  await run('remove', '/team/alpha');
  expect(
    (await run('list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { schemaVersion: 1, scope: 'key:*', concurrent: 4 },
    { schemaVersion: 1, scope: 'provider:openai/gpt-5.5', tpm: 200_000 },
  ]);
  const entries = readFileSync(join(dataDir, 'admin-log.jsonl'), 'utf8').trim().split('\n');
  expect(entries.map((line) => JSON.parse(line)).map(({ action, target }) => [action, target])).toEqual([
    ['limit.set', '/team/alpha'],
    ['limit.set', 'key:*'],
    ['limit.set', 'provider:openai/gpt-5.5'],
    ['limit.remove', '/team/alpha'],
  ]);

  const before = JSON.stringify({
    limits: [
      { scope: '/', rpm: 1 },
      { scope: '/', rpm: 2 },
    ],
  });
  writeFileSync(join(dataDir, 'limits.json'), before);
  const broken = await run('set', '/', '--rpm', '3');
  expect([broken.code, broken.stderr]).toEqual([
    2,
    expect.stringMatching(/limits\.json cannot be used: entry 2: it says the same as entry 1/),
  ]);
  expect(readFileSync(join(dataDir, 'limits.json'), 'utf8')).toBe(before);
}, 60_000);
