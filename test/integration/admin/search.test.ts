import { expect, it } from 'vitest';
import type { AuditLogAnswer, HitsAnswer } from '../../../src/admin/api-types/log.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { askAdmin, readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const body = (text: string): string =>
  JSON.stringify({ input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }] });

const SAMPLES: readonly (readonly [text: string, record: Partial<ExchangeRecord>])[] = [
  [
    'Fix the flaky test.',
    {
      durationMs: 1_000,
      usage: { inputTokens: 100_000, cachedInputTokens: 0, totalTokens: 100_500, outputTokens: 500 },
    },
  ],
  [
    'Now the README.',
    {
      durationMs: 9_000,
      usage: { inputTokens: 10_000, cachedInputTokens: 9_000, totalTokens: 10_100, outputTokens: 100 },
    },
  ],
  ['And the flaky one again.', { durationMs: 3_000, response: { toolCalls: ['exec_command'] } }],
];

const start = async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const ids: string[] = [];
  for (const [text, record] of SAMPLES) {
    const now = Date.now();
    while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
    const exchange = recordExchange(gateway.recorder, {
      requestBody: body(text),
      record: { model: 'gpt-5.5', provider: 'openai', ...record },
    });
    ids.push(exchange.id);
  }
  await gateway.records();
  const find = async (query: Record<string, string>): Promise<number[]> => {
    const { entries, total } = await readAdmin<AuditLogAnswer>(
      gateway.port,
      `audit/log?${new URLSearchParams(query)}`,
    );
    expect(total).toBe(entries.length);
    return entries.map(({ id }) => ids.indexOf(id));
  };
  return { gateway, ids, find };
};

it('narrows the log by what is compared, by tools, and by words in bodies', async () => {
  const { find } = await start();
  expect(await find({ q: 'cost>0.05' })).toEqual([0]);
  expect(await find({ q: 'cached>=90%' })).toEqual([1]);
  expect(await find({ q: 'cached<50%' })).toEqual([0]);
  expect(await find({ q: 'tokens<50k model:gpt-5*' })).toEqual([1]);
  expect(await find({ q: 'tool:exec_*' })).toEqual([2]);
  expect(await find({ q: 'flaky' })).toEqual([]);
  expect(await find({ q: 'flaky', in: 'bodies' })).toEqual([2, 0]);
  expect(await find({ q: 'flaky tokens>1', in: 'bodies' })).toEqual([0]);
  expect(await find({ q: 'flaky again', in: 'bodies' })).toEqual([2]);
  expect(await find({ q: 'again exec_command flaky', in: 'bodies' })).toEqual([2]);
  expect(await find({ q: '"flaky again"', in: 'bodies' })).toEqual([]);
  expect(await find({ q: 'after:1h' })).toEqual([2, 1, 0]);
  expect(await find({ q: 'before:1h' })).toEqual([]);
});

it('sorts by a measure both ways, what is not known last, and pages through it', async () => {
  const { gateway, ids, find } = await start();
  const byTime = (await find({ sort: 'time' })).map((place) => SAMPLES[place]?.[1].durationMs);
  expect(byTime.length).toBe(3);
  expect(await find({ sort: 'input' })).toEqual([0, 1, 2]);
  expect(await find({ sort: 'input', order: 'asc' })).toEqual([1, 0, 2]);
  expect(await find({ order: 'asc' })).toEqual([0, 1, 2]);
  const page = await readAdmin<AuditLogAnswer>(gateway.port, 'audit/log?sort=cost&limit=1&offset=1');
  expect([page.total, page.entries.map(({ id }) => id)]).toEqual([3, [ids[1]]]);
});

it('tells where a text was said, with what stands around it', async () => {
  const { gateway, ids } = await start();
  const asked = new URLSearchParams({ ids: ids.join(), text: 'FLAKY' });
  const { hits } = await readAdmin<HitsAnswer>(gateway.port, `audit/hits?${asked}`);
  expect(hits).toEqual([
    { id: ids[0], places: [{ where: 'user', before: 'Fix the ', match: 'flaky', after: ' test.' }] },
    { id: ids[2], places: [{ where: 'user', before: 'And the ', match: 'flaky', after: ' one again.' }] },
  ]);
});

it('tells what scripts of code mode call and print as it was said, not as their JSON has it', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const script = 'text({ log: await tools.exec_command({ cmd: "git log\\n # the needle" }) });';
  const printed = JSON.stringify({
    log: { wall_time_seconds: 0.1, exit_code: 0, output: 'one\na "pin" here\n' },
  });
  const input = [
    { type: 'custom_tool_call', call_id: 'c1', name: 'exec', input: script },
    { type: 'custom_tool_call_output', call_id: 'c1', output: [{ type: 'input_text', text: printed }] },
  ];
  const { id } = recordExchange(gateway.recorder, { requestBody: JSON.stringify({ input }) });
  await gateway.records();
  const places = async (text: string): Promise<unknown> => {
    const asked = new URLSearchParams({ ids: id, text });
    return (await readAdmin<HitsAnswer>(gateway.port, `audit/hits?${asked}`)).hits[0]?.places;
  };
  expect(await places('needle')).toEqual([
    { where: 'exec_command', before: 'git log # the ', match: 'needle', after: '' },
  ]);
  expect(await places('pin')).toEqual([{ where: 'exec', before: 'one a "', match: 'pin', after: '" here ' }]);
  expect(await places('await')).toMatchObject([{ where: 'exec', match: 'await' }]);
  expect(await places('exit_code')).toMatchObject([{ where: 'request', match: 'exit_code' }]);
});

it('shows each word of a search once, those that stand together in one place', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const { id } = recordExchange(gateway.recorder, {
    requestBody: body(`First the needle. ${'hay '.repeat(100)} Then a pin beside a button.`),
  });
  await gateway.records();
  const asked = new URLSearchParams({ ids: id, text: 'button needle pin absent' });
  const { hits } = await readAdmin<HitsAnswer>(gateway.port, `audit/hits?${asked}`);
  expect(hits.map(({ places }) => places.map(({ match }) => match))).toEqual([['button', 'needle']]);
});

it('refuses a search that it does not understand, and more than it reads at once', async () => {
  const { gateway, ids } = await start();
  const refused = await askAdmin(gateway.port, `audit/log?q=${encodeURIComponent('colour:red')}`);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { param: 'q', code: 'invalid_request' } });
  const many = Array.from({ length: 41 }, () => ids[0]).join();
  expect((await askAdmin(gateway.port, `audit/hits?text=x&ids=${many}`)).status).toBe(400);
  expect((await askAdmin(gateway.port, `audit/hits?ids=${ids[0]}`)).status).toBe(400);
  expect((await askAdmin(gateway.port, 'audit/hits?text=x&ids=../secret')).status).toBe(400);
});
