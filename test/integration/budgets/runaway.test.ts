import { beforeEach, describe, expect, it } from 'vitest';
import { answerOf, ask, composeWithBudgets } from '../../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(1, 1));
  return () => upstream.close();
});

const CODEX = { originator: 'codex_exec', 'user-agent': 'codex_exec/0.171.0' };

/** A turn of Codex in which a command was run so often, with the lines that Codex puts above each output. */
const turnOf = (times: number, more: readonly object[] = []): object => ({
  input: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Make the tests pass.' }] },
    ...Array.from({ length: times }, (_, index) => [
      { type: 'reasoning', summary: [], encrypted_content: `secret ${index}` },
      {
        type: 'function_call',
        name: 'exec_command',
        arguments: '{"cmd":"npm test"}',
        call_id: `call_${index}`,
      },
      {
        type: 'function_call_output',
        call_id: `call_${index}`,
        output: `Chunk ID: a${index}\nWall time: 0.0${index} seconds\nProcess exited with code 1\nOutput:\n1 failed\n`,
      },
    ]).flat(),
    ...more,
  ],
});

const chatTurn = (times: number): object => ({
  messages: [
    { role: 'user', content: 'Go on.' },
    ...Array.from({ length: times }, (_, index) => [
      {
        role: 'assistant',
        tool_calls: [{ id: `c${index}`, type: 'function', function: { name: 'ls', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: `c${index}`, content: 'nothing' },
    ]).flat(),
  ],
});

const messagesTurn = (times: number): object => ({
  max_tokens: 1,
  messages: [
    { role: 'user', content: 'Go on.' },
    ...Array.from({ length: times }, (_, index) => [
      { role: 'assistant', content: [{ type: 'tool_use', id: `t${index}`, name: 'Bash', input: { a: 1 } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: `t${index}`, content: 'no' }] },
    ]).flat(),
  ],
});

describe('the same call with the same result', () => {
  it.each([
    ['/responses', turnOf, 'exec_command'],
    ['/chat/completions', chatTurn, 'ls'],
    ['/messages', messagesTurn, 'Bash'],
  ] as const)('is warned of in the record from the fifth time on: %s', async (path, turn, tool) => {
    const gateway = await composeWithBudgets(upstream.url, {
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: upstream.url,
    });
    for (const times of [4, 5])
      await (await ask(gateway, {}, { input: undefined, ...turn(times) }, path)).text();
    const [four, five] = await gateway.records();
    expect(four).not.toHaveProperty('warnings');
    expect(five?.warnings).toEqual([
      {
        code: 'repeated_call',
        message: `${tool} was called 5 times in a row with the same arguments and the same result`,
        tool,
        count: 5,
      },
    ]);
  });

  it('is nothing odd where arguments or results differ, or a user has spoken since', async () => {
    const gateway = await composeWithBudgets(upstream.url, {});
    const { input } = turnOf(8) as { input: object[] };
    const other = input.map((item) =>
      'output' in item && String(item.output).includes('a6') ? { ...item, output: 'other' } : item,
    );
    const spoken = turnOf(8, [{ type: 'message', role: 'user', content: 'Again.' }]);
    for (const body of [{ input: other }, spoken]) await (await ask(gateway, {}, body)).text();
    for (const record of await gateway.records()) expect(record).not.toHaveProperty('warnings');
  });

  it('is stopped where a budget says so, in a sentence that Codex reads once, and not what comes next', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=100,stop_runaways' });
    expect((await ask(gateway, CODEX, turnOf(9))).status).toBe(200);
    const stopped = await ask(gateway, CODEX, turnOf(10));
    expect(stopped.status).toBe(400);
    expect(await stopped.json()).toMatchObject({
      error: {
        code: 'runaway_stopped',
        message: expect.stringMatching(
          /exec_command was called 10 times in a row.*Continue with a different prompt/s,
        ),
      },
    });
    const next = turnOf(10, [{ type: 'message', role: 'user', content: 'Try something else.' }]);
    expect((await ask(gateway, CODEX, next)).status).toBe(200);
    const records = await gateway.records();
    expect(records[1]).toMatchObject({
      error: { code: 'runaway_stopped' },
      warnings: [{ code: 'repeated_call', count: 10 }],
    });
    expect(upstream.requests).toHaveLength(2);
    // What was reserved for it is free again.
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/budgets`);
    expect(await answer.json()).toMatchObject({ budgets: [{ reserved: 0, stopsRunaways: true }] });
  });
});

describe('a context that grows without a cached prefix', () => {
  const grow = async (env: Readonly<Record<string, string>>, cachedTokens: number) => {
    const gateway = await composeWithBudgets(upstream.url, env);
    const statuses: number[] = [];
    for (let count = 0; count < 12; count++) {
      const usage = { input_tokens: 10_000 + 1_000 * count, output_tokens: 1, total_tokens: 1 };
      const details = { input_tokens_details: { cached_tokens: cachedTokens } };
      upstream.play({
        kind: 'json',
        status: 200,
        body: {
          id: 'resp_1',
          object: 'response',
          status: 'completed',
          output: [],
          usage: { ...usage, ...details },
        },
      });
      const response = await ask(gateway, { 'session-id': 's1', 'thread-id': 't1' }, { stream: false });
      await response.text();
      statuses.push(response.status);
      await gateway.records();
    }
    return { gateway, statuses };
  };

  it('is warned of, and told how far it has gone', async () => {
    const { gateway, statuses } = await grow({}, 0);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const records = await gateway.records();
    expect(records.findIndex(({ warnings }) => warnings !== undefined)).toBe(4);
    expect(records[4]?.warnings).toEqual([
      {
        code: 'growing_context',
        message:
          "the context has grown to 13,000 tokens in 3 requests, and none of it came from the provider's cache",
        count: 3,
      },
    ]);
  });

  it('is stopped once where a budget says so', async () => {
    const { statuses } = await grow({ SET_BUDGET: 'daily=100000,stop_runaways' }, 0);
    expect(statuses.filter((status) => status !== 200)).toEqual([403]);
  });

  it('is nothing odd where the prefix comes from the cache', async () => {
    const { gateway } = await grow({}, 9_000);
    for (const record of await gateway.records()) expect(record).not.toHaveProperty('warnings');
  });
});

it('a soft budget that is spent is told in the record, and refuses nothing', async () => {
  upstream.play(answerOf(100, 90));
  const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=1,soft' });
  for (let count = 0; count < 2; count++) {
    expect((await ask(gateway)).status).toBe(200);
    await gateway.records();
  }
  const [first, second] = await gateway.records();
  expect(first).not.toHaveProperty('warnings');
  expect(second?.warnings).toEqual([
    {
      code: 'soft_budget',
      message: 'the daily budget of this gateway is spent: $1.00 of $1.00',
      budget: '/ daily',
    },
  ]);
});
