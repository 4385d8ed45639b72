import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import { groupPath } from '../../../src/fleet/group-path.ts';
import { openAdminLog } from '../../../src/guard/admin-log.ts';
import { openFileKeyStore } from '../../../src/guard/keys/file-key-store.ts';
import { createKeyDesk } from '../../../src/guard/keys/key-desk.ts';
import { POLICY_YAML } from '../../support/fleet/policy-file.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const POLICY = parseConfigFile(POLICY_YAML, 'gomodel.yaml', {}).policy?.value;

/** A gateway with the policy, and keys of two groups and of none. */
const startFleet = async (env: Record<string, string> = {}) => {
  const dataDir = createTemporaryFolder('fleet');
  const desk = createKeyDesk({
    store: openFileKeyStore(dataDir),
    log: openAdminLog(dataDir),
    now: () => Date.now(),
    by: 'test',
  });
  const issue = async (name: string, terms: object) => (await desk.create({ name, ...terms })).text;
  const keys = {
    engineer: await issue('anna', { userPath: '/team/eng/anna' }),
    contractor: await issue('carl', { labels: ['contractor'] }),
    other: await issue('otto', { acceptsUserPath: true }),
  };
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    dataDir,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, ...env },
    configure: (config) => ({ ...config, policy: POLICY }),
  });
  const ask = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`http://127.0.0.1:${gateway.port}/codex/config/bundle`, { method, headers });
  const groupOf = async (headers: Record<string, string> = {}): Promise<string> => {
    const answer = (await (await ask(headers)).json()) as {
      requirements_toml: { enterprise_managed: { id: string }[] };
    };
    return answer.requirements_toml.enterprise_managed[0]?.id.replace(/-[0-9a-f]{8}$/, '') ?? '';
  };
  const served = () =>
    readFileSync(join(dataDir, 'admin-log.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"policy.serve"'))
      .map((line) => JSON.parse(line));
  return { gateway, keys, ask, groupOf, served, desk };
};

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

it('gives the default to whoever shows no key, and the rules of their group to whoever has one', async () => {
  const { ask, groupOf, keys } = await startFleet();
  expect(await groupOf()).toBe('default');
  expect(await groupOf(bearer(keys.engineer))).toBe('engineering');
  expect(await groupOf({ 'x-gomodel-key': keys.contractor })).toBe('contractors');
  expect(await groupOf(bearer(keys.other))).toBe('default');
  expect(await groupOf(bearer(MASTER_KEY))).toBe('default');
  const answer = await ask(bearer(keys.engineer));
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'private, no-cache',
    vary: 'authorization, x-gomodel-key, x-api-key',
  });
});

it('gives nobody the policy of another group, whatever they say of themselves', async () => {
  const { ask, groupOf, keys, desk } = await startFleet();
  const claims = {
    'x-gomodel-user-path': '/team/eng',
    'x-gomodel-labels': 'contractor',
    'x-forwarded-for': '10.0.0.1',
    'x-gomodel-group': 'engineering',
  };
  expect(await groupOf(claims)).toBe('default');
  expect(await groupOf({ ...bearer(keys.other), ...claims })).toBe('default');
  expect(await groupOf({ ...bearer(keys.contractor), ...claims })).toBe('contractors');
  const wrong = await ask({ ...bearer(`${keys.engineer.slice(0, -1)}x`), ...claims });
  expect(wrong.status).toBe(401);
  expect(await wrong.text()).not.toContain('requirements');
  await desk.revoke('anna');
  await vi.waitFor(async () => expect((await ask(bearer(keys.engineer))).status).toBe(401), 5_000);
});

it('gives the machines of a group its rules, by a path that nobody can guess', async () => {
  const { gateway, keys } = await startFleet();
  const secret = readFileSync(join(gateway.dataDir, 'sealing-secret'));
  const at = async (path: string, headers: Record<string, string> = {}) => {
    const url = `http://127.0.0.1:${gateway.port}${path}/codex/config/bundle`;
    const response = await fetch(url, { headers });
    const [, group] = /"id":"(\w+)-[0-9a-f]{8}"/.exec(await response.text()) ?? [];
    return [response.status, group];
  };
  const path = groupPath(secret, 'engineering');
  expect(await at(path)).toEqual([200, 'engineering']);
  // A key says more than the machine that it is used on.
  expect(await at(path, bearer(keys.contractor))).toEqual([200, 'contractors']);
  expect(await at(path, bearer(keys.other))).toEqual([200, 'engineering']);
  // The token of one group opens no other.
  expect(await at(path.replace('engineering', 'contractors'))).toEqual([404, undefined]);
  expect(await at(groupPath(Buffer.alloc(32), 'engineering'))).toEqual([404, undefined]);
  expect(await at(groupPath(secret, 'nobody'))).toEqual([404, undefined]);
});

it('has a tag by which a client learns that nothing has changed', async () => {
  const { ask, keys } = await startFleet();
  const etag = (await ask(bearer(keys.engineer))).headers.get('etag') ?? '';
  const again = await ask({ ...bearer(keys.engineer), 'if-none-match': etag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  // The tag of one group is no tag of another.
  expect((await ask({ 'if-none-match': etag })).status).toBe(200);
  const weak = await ask({ ...bearer(keys.engineer), 'if-none-match': `"x", W/${etag}` });
  expect(weak.status).toBe(304);
});

it('notes who was given what, once for each caller and version', async () => {
  const { ask, keys, served } = await startFleet();
  for (let count = 0; count < 5; count++) {
    await ask({ ...bearer(keys.engineer), 'user-agent': `codex_cli_rs/0.171.0 ${'x'.repeat(500)}` });
    await ask();
  }
  await vi.waitFor(() => expect(served()).toHaveLength(2), 5_000);
  const [first] = served().filter(({ by }) => by !== 'none');
  expect(first).toMatchObject({
    by: expect.stringMatching(/^key:/),
    target: 'engineering',
    to: { version: expect.stringMatching(/^engineering-[0-9a-f]{8}$/), address: '127.0.0.1' },
  });
  expect(first.to.client).toHaveLength(100);
  expect(JSON.stringify(served())).not.toContain(keys.engineer);
});

it('notes at most some hundreds of strangers in an hour', async () => {
  const { gateway, ask, served } = await startFleet({ TRUSTED_PROXIES: '127.0.0.1' });
  for (let count = 0; count < 230; count++) await ask({ 'x-forwarded-for': `203.0.${count}.1` });
  await gateway.close(0);
  expect(served()).toHaveLength(200);
});

it('refuses what is no question for it', async () => {
  const { ask } = await startFleet();
  expect((await ask({}, 'POST')).status).toBe(405);
  expect((await ask({}, 'HEAD')).status).toBe(200);
  expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await ask({ authorization: `Bearer ${'x'.repeat(70_000)}` })).status).toBe(431);
  const without = await composeGateway('http://127.0.0.1:9/v1');
  const answer = await fetch(`http://127.0.0.1:${without.port}/codex/config/bundle`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('this gateway has no policy');
});

it('serves no model that the policy does not allow', async () => {
  const { gateway, keys } = await startFleet();
  const codeOf = async (key: string, model: string): Promise<string> => {
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { ...bearer(key), 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'x' }),
    });
    return ((await response.json()) as { error: { code: string } }).error.code;
  };
  expect(await codeOf(keys.contractor, 'gpt-6.1-sol')).toBe('model_not_allowed');
  expect(await codeOf(keys.contractor, 'gpt-5.5')).toBe('upstream_unreachable');
  expect(await codeOf(keys.engineer, 'o4-mini')).toBe('model_not_allowed');
  expect(await codeOf(MASTER_KEY, 'o4-mini')).toBe('upstream_unreachable');
});
