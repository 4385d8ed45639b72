import { expect, it } from 'vitest';
import type { AuditLogAnswer } from '../../../src/admin/api-types/log.ts';
import { askAdmin, createContract, readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';

const ask = async ({ v1 }: RunningGateway, body: object | string, path = '/responses'): Promise<void> => {
  const response = await fetch(v1 + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'codex_exec/0.169.0 (Debian)',
      'session-id': 'session-0123456789',
      'thread-id': 'thread-0123456789',
      'x-codex-turn-metadata': '{"turn_id":"turn-1"}',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  await response.text();
};

const question = (text: string) => ({
  model: 'gpt-5.5',
  stream: true,
  instructions: 'You are a coding agent.',
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
  tools: [{ type: 'function', name: 'exec_command', parameters: {} }],
});

it('answers every question as its OpenAPI document says', async () => {
  const contract = createContract();
  const gateway = await composeGateway('http://127.0.0.1:9/v1', { demo: true });
  await ask(gateway, question('Say hello.'));
  await ask(gateway, question('List the files.'));
  await ask(gateway, 'no json');
  await ask(gateway, { model: 'gpt-5.5', messages: [{ role: 'user', content: 'hi' }] }, '/chat/completions');
  await ask(gateway, {}, '/nowhere');
  const { port } = gateway;
  const { entries } = await readAdmin<AuditLogAnswer>(port, 'audit/log');
  expect(entries.length).toBe(5);
  const paths = [
    'session',
    'audit/log?limit=2',
    'audit/log?search=hello&in=bodies',
    'audit/conversation?session=session-0123456789',
    'audit/conversation?session=session-0123456789&turn=1',
    `audit/conversation?log_id=${entries[0]?.id}`,
    'audit/turns?session=session-0123456789',
    `audit/turns?log_id=${entries[0]?.id}`,
    'audit/work?session=session-0123456789',
    `audit/compare?left=${entries[4]?.id}&right=${entries[3]?.id}`,
    'audit/log?q=cost%3E0&sort=cost&order=asc',
    `audit/hits?text=hello&ids=${entries.map(({ id }) => id).join()}`,
    'usage/summary',
    'usage/daily?days=3&timezone=Asia/Tokyo',
    'usage/daily?interval=weekly',
    'usage/daily?interval=hourly&days=2',
    'usage/groups',
    'usage/groups?by=sent_model',
    'usage/models',
    'usage/clients',
    'usage/groups?by=user_path&depth=1',
    'usage/sessions',
    'usage/log',
    'dashboard/config',
    'providers/status',
    'codex/status',
    'budgets',
    'fleet?days=7',
    'limits',
    'keys',
    'policies',
    'admin-log',
    'openapi.json',
    ...entries.flatMap(({ id }) => [`audit/log/${id}`, `audit/log/${id}/turn?earlier=true`]),
  ];
  const problems: string[] = [];
  for (const path of paths) {
    const response = await askAdmin(port, path);
    const found = contract.check(path, response.status, await response.json());
    problems.push(...found.map((problem) => `${path}: ${problem}`));
    if (response.status !== 200) problems.push(`${path}: ${response.status}`);
  }
  for (const [path, status] of [
    ['audit/log?limit=x', 400],
    ['audit/log?start_date=2026-02-30', 400],
    ['audit/log?days=2&timezone=Nowhere', 400],
    ['usage/daily?interval=hourly&days=9', 400],
    ['usage/groups?by=nothing', 400],
    ['audit/conversation?session=session-0123456789&turn=99', 400],
    ['audit/turns', 400],
    ['audit/compare', 400],
    ['audit/conversation', 400],
    [`audit/log/${entries[0]?.id}/body/other`, 404],
    ['openapiXjson', 404],
    ['audit/log/', 404],
  ] as const) {
    const response = await askAdmin(port, path);
    expect(response.status, path).toBe(status);
    if (status === 404) continue;
    const found = contract.check(path, response.status, await response.json());
    problems.push(...found.map((problem) => `${path}: ${problem}`));
  }
  const doctor = await askAdmin(port, 'codex/doctor', { method: 'POST' });
  problems.push(...contract.check('codex/doctor', doctor.status, await doctor.json(), 'post'));
  expect(problems).toEqual([]);
  // Files and the stream have tests of their own.
  const asked = new Set(paths.map((path) => path.split('?')[0]?.replace(/req_\w+/, '{id}')));
  const others = [
    ...['audit/log/{id}/body/{side}', 'audit/export', 'audit/stream', 'codex/doctor'],
    // See send-again.test.ts.
    'audit/log/{id}/again',
    // Where people sign in: see signed-in.test.ts.
    ...['sign-ins', 'sign-ins/{id}'],
    // Changes: see roles.test.ts.
    ...['keys/{id}', 'keys/{id}/rotate', 'policies/{name}'],
  ];
  expect([...asked, ...others].map((path) => `/${path}`).sort()).toEqual([...contract.templates].sort());
});
