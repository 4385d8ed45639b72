import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createRoutes, type RoutesDeps } from '../../../src/admin/api/routes.ts';
import type { Role } from '../../../src/guard/role.ts';
import { askAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

/** In the names, bodies and answers of others; nothing of it may reach a member. */
const FOREIGN = 'foreign-marker';
const OWN = 'own-marker';
/** In the bodies of a colleague of the same subtree. */
const COLLEAGUE = 'colleague-marker';

/** What can be asked of the API: each method of each route, with ids in place of what its pattern catches. */
const listCalls = (id: string): { method: string; path: string; isOpen: boolean; role: Role }[] =>
  createRoutes({} as RoutesDeps).flatMap(
    ({ path, methods, isOpen = false, role = 'member', changedBy = 'admin' }) =>
      Object.keys(methods).map((method) => ({
        method,
        isOpen,
        role: method === 'GET' ? role : changedBy,
        path: path.source
          .replace(/^\^|\$$/g, '')
          .replaceAll('\\', '')
          .replace('([^/]+)/body/([^/]+)', `${id}/body/request`)
          .replace('keys/([^/]+)', 'keys/abcdefgh01')
          .replace('policies/([^/]+)', 'policies/policy')
          .replace('([^/]+)', id),
      })),
  );

const setUp = async () => {
  const upstream = await startUpstream(({ body }) => ({
    kind: 'sse',
    events: responsesStream([{ text: 'ok' }]),
    ...(body.toString().includes('running') && { eventLimit: 1, finally: 'hang' }),
  }));
  onTestFinished(() => upstream.close());
  const dataDir = join(createTemporaryFolder('roles'), 'data');
  const desk = openDesk(dataDir);
  const create = async (name: string, terms: object): Promise<string> =>
    (await desk.create({ name, ...terms })).text;
  const keys: Record<Role, string> = {
    user: await create('user', { userPath: '/team' }),
    member: await create('member', { role: 'member', userPath: '/team' }),
    auditor: await create('auditor', { role: 'auditor' }),
    admin: await create('admin', { role: 'admin' }),
  };
  const others = await create('others', { userPath: '/teams' });
  const gateway = await composeGateway(upstream.url, { dataDir, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const ask = (key: string, marker: string, more = ''): Promise<Response> =>
    fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        'session-id': `session-${marker}`,
      },
      body: JSON.stringify({
        model: `model-${marker === COLLEAGUE ? OWN : marker}`,
        input: `${marker} ${more}`,
      }),
    });
  for (const [key, marker] of [
    [keys.member, OWN],
    [keys.user, COLLEAGUE],
    [others, FOREIGN],
    [MASTER_KEY, FOREIGN],
  ] as const) {
    await (await ask(key, marker)).text();
  }
  await gateway.records();
  const records = await gateway.records();
  const idOf = (text: string): string =>
    records.find(({ model, client }) => `${model} ${client.sessionId}`.includes(text))?.id ?? '';
  const running = await ask(others, FOREIGN, 'running');
  onTestFinished(() => void running.body?.cancel());
  const admin = (key: string, path: string, method = 'GET', body?: object): Promise<Response> =>
    askAdmin(gateway.port, path, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { gateway, desk, keys, idOf, admin };
};

/** Of a stream, what it greets with. */
const textOf = async (response: Response): Promise<string> => {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return Buffer.from(value ?? []).toString();
};

it('every route of the API answers each role what is for it, and members nothing of others', async () => {
  const { keys, admin, idOf } = await setUp();
  const foreign = idOf(FOREIGN);
  const ranks: Role[] = ['user', 'member', 'auditor', 'admin'];
  for (const { method, path, isOpen, role } of listCalls(foreign)) {
    if (isOpen || path === 'codex/doctor') continue;
    for (const asking of ranks) {
      const response = await admin(keys[asking], path, method, method === 'GET' ? undefined : {});
      const text = await textOf(response);
      const isAllowed = ranks.indexOf(asking) >= ranks.indexOf(role);
      expect([method, path, asking, response.status === 403]).toEqual([method, path, asking, !isAllowed]);
      if (asking === 'member') expect([path, text.includes(FOREIGN)]).toEqual([path, false]);
      if (asking === 'member' && path.includes(foreign)) expect([path, response.status]).toEqual([path, 404]);
    }
  }
});

it('a member finds nothing of others by any parameter either', async () => {
  const { keys, admin, idOf } = await setUp();
  const session = `session-${FOREIGN}`;
  for (const path of [
    ...[
      'user_path=/',
      'user_path=/teams',
      `search=${FOREIGN}&in=bodies`,
      `session=${session}`,
      'key=x',
      'limit=100',
    ].map((query) => `audit/log?${query}`),
    ...['jsonl', 'har', 'html'].map((format) => `audit/export?format=${format}`),
    `audit/export?ids=${idOf(FOREIGN)}`,
    `audit/conversation?session=${session}`,
    `audit/conversation?log_id=${idOf(FOREIGN)}`,
    ...['models', 'clients', 'sessions', 'log', 'summary', 'daily'].map(
      (name) => `usage/${name}?user_path=/`,
    ),
  ]) {
    // What it asked for may be told back.
    const text = (await (await admin(keys.member, path)).text()).replaceAll(session, '');
    expect([path, text.includes(FOREIGN)]).toEqual([path, false]);
  }
  const log = (await (await admin(keys.member, 'audit/log')).json()) as { total: number };
  expect(log.total).toBe(2);
});

it('bodies are shown as their right says: their own, all or none', async () => {
  const { keys, admin, idOf, desk } = await setUp();
  const own = idOf(`session-${OWN}`);
  const colleagues = idOf(`session-${COLLEAGUE}`);
  const shown = async (key: string, id: string, path = ''): Promise<string> =>
    (await admin(key, `audit/log/${id}${path}`)).text();
  expect(await shown(keys.member, own)).toContain(`${OWN} `);
  for (const path of ['', '/turn', '/body/request', '/body/response'])
    expect(await shown(keys.member, colleagues, path)).not.toContain(`${COLLEAGUE} `);
  expect(await shown(keys.auditor, colleagues)).toContain(`${COLLEAGUE} `);
  const blind = await desk.create({ name: 'blind', role: 'auditor', bodies: 'none' });
  let answer = await admin(blind.text, 'audit/log?limit=100');
  while (answer.status !== 200) answer = await admin(blind.text, 'audit/log?limit=100');
  expect(((await answer.json()) as { total: number }).total).toBe(5);
  for (const id of [own, colleagues])
    expect(await shown(blind.text, id)).not.toMatch(/marker running|marker "/);
  const titles = await (await admin(blind.text, 'usage/sessions')).text();
  expect(titles).not.toContain(`${OWN} `);
  // With the space behind it, it stands in bodies alone; records name it in their session.
  const search = async (key: string): Promise<unknown> =>
    (await admin(key, `audit/log?in=bodies&search=%22${COLLEAGUE}%20%22`)).json();
  expect(await search(keys.auditor)).toMatchObject({ total: 1 });
  expect(await search(blind.text)).toMatchObject({ total: 0 });
});

it('an admin makes, changes, rotates and revokes keys, and the admin log says who did', async () => {
  const { keys, admin, gateway } = await setUp();
  const made = await admin(keys.admin, 'keys', 'POST', { name: 'ci', labels: ['ci'], expires: '90d' });
  expect(made.status).toBe(201);
  const { id, key } = (await made.json()) as { id: string; key: string };
  expect(key).toMatch(/^sk_gom_/);
  expect(await (await admin(keys.admin, `keys/${id}`, 'PATCH', { models: ['gpt-5*'] })).json()).toMatchObject(
    {
      id,
      models: ['gpt-5*'],
    },
  );
  const rotated = (await (await admin(keys.admin, `keys/${id}/rotate`, 'POST', {})).json()) as {
    key: string;
  };
  expect(rotated.key).not.toBe(key);
  expect((await admin(keys.admin, 'policies/mini', 'PUT', { models: ['*-mini'] })).status).toBe(200);
  expect((await admin(keys.admin, 'policies/mini', 'DELETE')).status).toBe(204);
  expect(await (await admin(keys.admin, `keys/${id}`, 'DELETE')).json()).toMatchObject({ state: 'revoked' });
  const listed = await (await admin(keys.auditor, 'keys')).text();
  expect(listed).toContain(id);
  expect(listed).not.toMatch(/sha256|sk_gom_/);
  const auth = { headers: { authorization: `Bearer ${keys.auditor}` } };
  expect(await (await fetch(`${gateway.v1.slice(0, -3)}/admin/auth-keys`, auth)).text()).toBe(listed);
  const { entries } = (await (await admin(keys.auditor, 'admin-log')).json()) as {
    entries: { by: string; action: string; target: string }[];
  };
  const adminKey = `key:${keys.admin.slice(7, 17)}`;
  expect(entries.slice(0, 6).map(({ by, action, target }) => [by, action, target])).toEqual([
    [adminKey, 'key.revoke', id],
    [adminKey, 'policy.remove', 'mini'],
    [adminKey, 'policy.set', 'mini'],
    [adminKey, 'key.rotate', id],
    [adminKey, 'key.update', id],
    [adminKey, 'key.create', id],
  ]);
  expect(entries[4]).toMatchObject({ from: { models: [] }, to: { models: ['gpt-5*'] } });
});

it.each([
  ['keys', 'POST', { name: 'ci', role: 'root' }, 400, 'role'],
  ['keys', 'POST', { name: 'admin' }, 409, 'name'],
  ['keys', 'POST', { name: 'ci', expires: 'soon' }, 400, 'expires'],
  ['keys/abcdefgh01', 'PATCH', { models: [] }, 404, null],
  ['policies/p', 'PUT', {}, 400, 'models'],
])(
  'bad input is refused with its place, and nothing changes: %s %s %o',
  async (path, method, body, status, param) => {
    const { keys, admin } = await setUp();
    const before = await (await admin(keys.admin, 'keys')).text();
    const log = await (await admin(keys.admin, 'admin-log')).text();
    const response = await admin(keys.admin, path, method, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(await (await admin(keys.admin, 'keys')).text()).toBe(before);
    expect(await (await admin(keys.admin, 'admin-log')).text()).toBe(log);
  },
);

it('a page that a key has logged in is logged out with the key', async () => {
  const { keys, gateway, desk } = await setUp();
  const logIn = (key: string): Promise<Response> =>
    askAdmin(gateway.port, 'session', { method: 'POST', body: JSON.stringify({ key }) });
  expect((await logIn(keys.user)).status).toBe(403);
  const entered = await logIn(keys.member);
  expect(entered.status).toBe(204);
  const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' };
  expect(await (await askAdmin(gateway.port, 'session', { headers })).json()).toEqual({
    key_id: expect.stringMatching(/^[0-9a-z]{10}$/),
    ...{ required: true, authenticated: true, role: 'member', user_path: '/team', bodies: 'own' },
  });
  const stream = await askAdmin(gateway.port, 'audit/stream', { headers });
  await desk.revoke('member');
  await stream.text();
  expect((await askAdmin(gateway.port, 'audit/log', { headers })).status).toBe(401);
});
