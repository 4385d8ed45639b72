import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../support/cli/start-cli.ts';
import { MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { answerOf, composeWithBudgets } from '../../support/guard/budget-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => /\.jsonl?$|\.yaml$/.test(name))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = join(createTemporaryFolder('bad'), 'data');
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
};

const limits = (text: string): string =>
  `budgets:\n  user_paths:\n    - path: /team\n      limits:\n        - ${text}\n`;

describe('at the start', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a negative amount',
      { 'gomodel.yaml': limits('{ period: daily, amount: -5 }') },
      /gomodel\.yaml:5: the limit is an amount in USD from 0 to 1000000, such as 10 or 2\.50; it is not -5/s,
    ],
    [
      'an amount that is none',
      { 'gomodel.yaml': limits('{ period: daily, amount: much }') },
      /yaml:5: .*it is not "much"/s,
    ],
    [
      'an unknown zone',
      { 'gomodel.yaml': limits('{ period: daily, amount: 5, timezone: Mars/Base }') },
      /yaml:5: timezone is a name of the IANA database such as Europe\/Berlin; it is not "Mars\/Base"/s,
    ],
    [
      'an unknown period',
      { 'gomodel.yaml': limits('{ period: yearly, amount: 5 }') },
      /yaml:5: period is one of hourly, daily, weekly, monthly, total; it is not "yearly"/s,
    ],
    [
      'a template twice',
      {
        'gomodel.yaml': `budgets:\n  user_paths:\n    - { path: /team, per_child: true, limits: [{ period: daily, amount: 5 }] }\n    - { path: /team/*, limits: [{ period: daily, amount: 7 }] }\n`,
      },
      /yaml:4: the budget "\/team\/\* daily" is defined twice, at first at .*yaml:3\. Keep one of them/s,
    ],
    [
      'a rate limit twice',
      {
        'gomodel.yaml':
          'rate_limits:\n  user_paths:\n    - { path: /team, rpm: 5 }\n    - { path: /team, tpm: 7 }\n',
      },
      /yaml:4: the rate limit of \/team is defined twice.*Keep one of them/s,
    ],
    [
      "a model's rate limit twice",
      {
        'gomodel.yaml':
          'rate_limits:\n  models:\n    - { model: gpt-test, rpm: 5 }\n    - { model: gpt-test, tpm: 7 }\n',
      },
      /yaml:4: the rate limit of model:gpt-test is defined twice.*Keep one of them/s,
    ],
    [
      'a budget twice in the stored file',
      {
        'budgets.json': JSON.stringify({
          budgets: [1, 2].map((limit) => ({ scope: '/', period: 'daily', limit })),
        }),
      },
      /budgets\.json cannot be used: entry 2: it says the same as entry 1\. Keep one of them\. Fix the file/s,
    ],
    [
      'a stored file that is broken',
      { 'budgets.json': '{"budgets": [{"scope"' },
      /budgets\.json cannot be used: .*Fix the file, or restore a copy; nothing was changed/s,
    ],
    [
      'a stored limit that is negative',
      { 'limits.json': JSON.stringify({ limits: [{ scope: '/', rpm: -1 }] }) },
      /limits\.json cannot be used: entry 1: rpm is a whole number, 0 or more; it is not -1/s,
    ],
  ])(
    '%s is refused with its place and what to do, and nothing changes',
    async (_name, files, says) => {
      const folder = folderWith(files);
      const before = contentOf(folder);
      const { code, stderr } = await runCli(['serve', '--port', '0'], {
        GOMODEL_HOME: folder,
        OPENAI_API_KEY: 'sk-test',
      });
      expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
      expect(contentOf(folder)).toEqual(before);
    },
    60_000,
  );

  it('a key twice counts for nobody, and the command says where', async () => {
    const key = {
      id: 'aaaaaaaaaa',
      name: 'anna',
      sha256: '0'.repeat(64),
      role: 'user',
      acceptsUserPath: false,
      labels: [],
      models: [],
      providers: [],
      bodies: 'none',
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    const folder = folderWith({
      'keys.json': JSON.stringify({ schemaVersion: 1, keys: [key, key], policies: [] }),
    });
    const before = contentOf(folder);
    const { code, stderr } = await runCli(['keys', 'list'], { GOMODEL_HOME: folder });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/keys\.json cannot be used: .*aaaaaaaaaa.*Fix the file/s),
    ]);
    expect(contentOf(folder)).toEqual(before);
  }, 60_000);
});

describe('over the API', () => {
  const setUp = async () => {
    const upstream = await startUpstream(answerOf(1, 1));
    onTestFinished(() => upstream.close());
    const gateway = await composeWithBudgets(upstream.url, { GOMODEL_MASTER_KEY: MASTER_KEY });
    const put = async (path: string, body: object) => {
      const response = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, ...((await response.json()) as { error?: { param: string } }) };
    };
    return { gateway, put };
  };

  it.each<[string, string, object, string]>([
    ['a negative amount', 'budgets', { scope: '/', period: 'daily', limit: -1 }, 'limit'],
    ['too much', 'budgets', { scope: '/', period: 'daily', limit: 1e9 }, 'limit'],
    ['part of a token', 'budgets', { scope: '/', period: 'daily', tokens: 1.5 }, 'tokens'],
    ['two limits', 'budgets', { scope: '/', period: 'daily', limit: 1, tokens: 1 }, 'limit'],
    ['no period', 'budgets', { scope: '/', limit: 1 }, 'period'],
    ['a period of no time', 'budgets', { scope: '/', period_seconds: 0, limit: 1 }, 'period_seconds'],
    ['an unknown zone', 'budgets', { scope: '/', period: 'daily', limit: 1, timezone: 'X' }, 'timezone'],
    ['a path that is none', 'budgets', { scope: '/a//b', period: 'daily', limit: 1 }, 'scope'],
    ['two scopes', 'budgets', { scope: '/', label: 'ci', period: 'daily', limit: 1 }, 'scope'],
    ['a word of no meaning', 'budgets', { scope: '/', period: 'daily', limit: 1, colour: 'red' }, 'colour'],
    [
      'a flag that is none',
      'budgets',
      { scope: '/', period: 'daily', limit: 1, stop_runaways: 'yes' },
      'stop_runaways',
    ],
    ['a negative rate', 'limits', { scope: '/', rpm: -1 }, 'rpm'],
    ['a rate that is none', 'limits', { scope: '/', tpm: 'many' }, 'tpm'],
    ['each provider apart', 'limits', { scope: 'provider:*', rpm: 1 }, 'scope'],
    ['a rate of no meaning', 'limits', { scope: '/', rps: 1 }, 'rps'],
  ])('%s is refused with the member at fault, and nothing changes', async (_name, path, body, param) => {
    const { gateway, put } = await setUp();
    const before = contentOf(gateway.dataDir);
    expect(await put(path, body)).toMatchObject({
      status: 400,
      error: { code: 'invalid_request', param, message: expect.stringMatching(/^gomodel-ts: .{20,}/) },
    });
    expect(contentOf(gateway.dataDir)).toEqual(before);
  });

  it('a file that is broken while the gateway runs changes nothing, and is told', async () => {
    const { gateway, put } = await setUp();
    await put('budgets', { scope: '/', period: 'daily', limit: 5 });
    const shown = async (): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/budgets`, {
        headers: { authorization: `Bearer ${MASTER_KEY}` },
      });
      return response.json();
    };
    await expect.poll(shown).toMatchObject({ budgets: [{ id: '/ daily' }] });
    writeFileSync(join(gateway.dataDir, 'budgets.json'), 'broken');
    await expect.poll(shown).toMatchObject({
      budgets: [{ id: '/ daily', limit: 5 }],
      problem: expect.stringContaining('budgets.json'),
    });
    expect(await put('budgets', { scope: '/', period: 'daily', limit: 9 })).toMatchObject({
      error: { message: expect.stringContaining('nothing was changed') },
    });
    expect(readFileSync(join(gateway.dataDir, 'budgets.json'), 'utf8')).toBe('broken');
  });
});
