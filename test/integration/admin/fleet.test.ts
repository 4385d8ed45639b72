import { expect, it, onTestFinished } from 'vitest';
import type { FleetAnswer } from '../../../src/admin/api-types/fleet.ts';
import { compilePolicy, versionOf } from '../../../src/fleet/compile-policy.ts';
import { openAdminLog } from '../../../src/guard/admin-log.ts';
import { openFileKeyStore } from '../../../src/guard/keys/file-key-store.ts';
import { createKeyDesk } from '../../../src/guard/keys/key-desk.ts';
import { POLICY_YAML, policyOf } from '../../support/fleet/policy-file.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const policy = policyOf(POLICY_YAML);

const answering = (inputTokens: number, cachedTokens: number, model = 'gpt-5.5') => ({
  kind: 'sse' as const,
  events: responsesStream([{ text: 'ok' }]).map((event) =>
    JSON.parse(
      JSON.stringify(event, (key, value) => {
        if (key === 'model') return model;
        if (key !== 'usage' || value === null) return value;
        return {
          input_tokens: inputTokens,
          input_tokens_details: { cached_tokens: cachedTokens },
          output_tokens: 10,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: inputTokens + 10,
        };
      }),
    ),
  ),
});

const metadata = (repository: string): string =>
  JSON.stringify({
    workspaces: { '/w': { associated_remote_urls: { origin: `git@github.com:${repository}.git` } } },
  });

const startFleet = async () => {
  const dataDir = createTemporaryFolder('fleet');
  const desk = createKeyDesk({
    ...{ store: openFileKeyStore(dataDir), log: openAdminLog(dataDir) },
    ...{ now: () => Date.now(), by: 'test' },
  });
  const anna = await desk.create({ name: 'anna', userPath: '/team/eng/anna' });
  const otto = await desk.create({ name: 'otto', role: 'member', userPath: '/sales' });
  const upstream = await startUpstream([
    answering(20_000, 0),
    answering(21_000, 20_000),
    answering(22_000, 0),
    answering(500, 0, 'gpt-5.4-mini'),
  ]);
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, {
    dataDir,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY },
    configure: (config) => ({ ...config, policy }),
  });
  const ask = async (key: string, headers: Record<string, string>, model = 'gpt-5.5') => {
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, input: 'x', stream: true }),
    });
    await response.text();
    await gateway.recorder.flush();
  };
  const read = (key: string) =>
    fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/fleet?days=7`, {
      headers: { 'x-gomodel-key': key },
    });
  return { gateway, upstream, anna, otto, ask, read };
};

it('tells who works with what, who is not enrolled, and what it costs', async () => {
  const { gateway, upstream, anna, otto, ask, read } = await startFleet();
  const version = versionOf(compilePolicy(policy, ['engineering']));
  const codex = (of: string) => ({
    'user-agent': `codex_cli_rs/${of} (Linux)`,
    'thread-id': 'thread-1',
    'x-codex-turn-metadata': metadata('corp/shop'),
  });
  await ask(anna.text, { ...codex('0.169.0'), 'x-gomodel-policy': 'engineering-00000000' });
  await ask(anna.text, { ...codex('0.171.0'), 'x-gomodel-policy': version });
  // It pays again for what was in the cache a moment before.
  await ask(anna.text, { ...codex('0.171.0'), 'x-gomodel-policy': version });
  await ask(otto.text, { 'user-agent': 'curl/8.5.0' });
  await gateway.records();

  const answer = (await (await read(MASTER_KEY)).json()) as FleetAnswer;
  expect(answer).toMatchObject({
    exchanges: 4,
    is_whole: true,
    policy: versionOf(compilePolicy(policy, [])),
    repositories: [{ repository: 'github.com/corp/shop', people: 1, requests: 3 }],
    other_models: [{ asked: 'gpt-5.5', served: 'gpt-5.4-mini', requests: 1 }],
  });
  expect(answer.people).toMatchObject([
    {
      ...{ id: anna.key.id, name: 'anna', user_path: '/team/eng/anna', requests: 3 },
      ...{ enrolled: 'current', policy: version, clients: ['codex_cli_rs 0.171.0', 'codex_cli_rs 0.169.0'] },
    },
    { id: otto.key.id, name: 'otto', enrolled: 'no', clients: ['curl 8.5.0'] },
  ]);
  const newest = answer.clients.find((client) => client.version === '0.171.0');
  expect(newest).toMatchObject({ people: 1, requests: 2, cache_losses: 1, lost_tokens: 21_000 });
  expect(newest?.lost_cost).toBeGreaterThan(0);
  expect(answer.clients.find((client) => client.version === '0.169.0')).toMatchObject({ cache_losses: 0 });
  // The mark speaks to the gateway alone.
  const sent = await upstream.request(1);
  expect(sent.headers).not.toHaveProperty('x-gomodel-policy');
});

it('is for those who oversee the gateway, and for nobody who sees a part of it', async () => {
  const { otto, read } = await startFleet();
  expect((await read(otto.text)).status).toBe(403);
  expect((await read('wrong')).status).toBe(401);
});
