import { describe, expect, it, onTestFinished } from 'vitest';
import type { ResponsesEvent } from '../../../src/providers/demo/responses-answer.ts';
import { composeWithBudgets, usage } from '../../support/guard/budget-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const CREATE = {
  type: 'response.create',
  model: 'gpt-test',
  max_output_tokens: 1,
  input: [{ type: 'message', role: 'user', content: 'hi' }],
};

const WHOLE = responsesStream([{ text: 'ok' }], { usage: usage(100, 90) });

/** With far more output than its budget leaves. */
const manyDeltas = (): ResponsesEvent[] => {
  const [first, ...rest] = responsesStream([{ text: 'ok' }]);
  const deltas = Array.from({ length: 300 }, (_, index) => ({
    type: 'response.output_text.delta',
    delta: 'x',
    sequence_number: index + 1,
  }));
  return first ? [first, ...deltas, ...rest] : [];
};

/** What Codex sends next over WebSocket: what came of the call in this answer, and nothing else. */
const resultOf = ({ response }: Readonly<Record<string, unknown>>): object => {
  const { id, output } = response as { id: string; output: { call_id?: string }[] };
  const call_id = output.find((item) => item.call_id !== undefined)?.call_id;
  return {
    previous_response_id: id,
    input: [{ type: 'function_call_output', call_id, output: 'Process exited with code 1\n1 failed' }],
  };
};

const relaying = async (events: ResponsesEvent[] = WHOLE): Promise<string> => {
  const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events }));
  onTestFinished(() => upstream.close());
  return upstream.url;
};
const bridging = async (events: ResponsesEvent[] = WHOLE): Promise<string> => {
  const upstream = await startUpstream({ kind: 'sse', events, chunkBytes: 2_000, pauseMs: 1 });
  onTestFinished(() => upstream.close());
  return upstream.url;
};

describe.each([
  ['relayed', relaying],
  ['bridged', bridging],
])('a %s WebSocket connection', (_name, start) => {
  it('lets requests in until the budget is spent, and then says so in a frame of its own', async () => {
    const gateway = await composeWithBudgets(await start(), { SET_BUDGET: 'daily=1' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send(CREATE);
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    client.send(CREATE);
    expect(await client.answer()).toMatchObject({
      type: 'error',
      status: 429,
      error: { type: 'usage_limit_reached', code: 'budget_exceeded', resets_at: expect.any(Number) },
      headers: { 'x-codex-promo-message': expect.stringContaining('the daily budget of this gateway') },
    });
    client.ws.close();
    const [, refused] = await gateway.records();
    expect(refused).toMatchObject({ status: 429, error: { code: 'budget_exceeded' } });
  });

  it('ends an answer that passes a ceiling, with the code upon which Codex asks no second time', async () => {
    const gateway = await composeWithBudgets(await start(manyDeltas()), { SET_BUDGET: 'daily=0.55,ceiling' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send(CREATE);
    expect(await client.answer()).toMatchObject({
      type: 'response.failed',
      response: {
        error: { code: 'invalid_prompt', message: expect.stringContaining('ceiling of a budget') },
      },
    });
    client.ws.terminate();
    const [record] = await gateway.records();
    expect(record).toMatchObject({ error: { code: 'budget_exceeded' }, response: { finish: 'truncated' } });
  });

  it('tells Codex before each answer how the budget stands', async () => {
    const gateway = await composeWithBudgets(await start(), { SET_BUDGET: 'daily=10' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    for (const used of [0.1, 10]) {
      const before = client.events.length;
      client.send(CREATE);
      await client.answer();
      const told = client.events.slice(before).map((event) => event as Record<string, unknown>);
      const places = ['codex.rate_limits', 'response.created'].map((type) =>
        told.findIndex((event) => event.type === type),
      );
      expect(places).toEqual([...places].sort());
      const { rate_limits: limits } = told[places[0] ?? -1] as { rate_limits: Record<string, object> };
      expect(limits.primary).toMatchObject({ window_minutes: 1440, reset_at: expect.any(Number) });
      expect((limits.primary as { used_percent: number }).used_percent).toBeGreaterThanOrEqual(used);
      await gateway.records();
    }
  });

  it('refuses what is beyond a rate limit', async () => {
    const gateway = await composeWithBudgets(await start(), { SET_RATE_LIMIT: 'rpm=1' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send(CREATE);
    await client.answer();
    client.send(CREATE);
    expect(await client.answer()).toMatchObject({
      type: 'error',
      status: 429,
      error: { code: 'rate_limit_exceeded' },
    });
  });

  it('stops a call that is made again and again, though each request holds its result alone', async () => {
    const calling = responsesStream([{ call: 'exec_command', arguments: { cmd: 'npm test' } }]);
    const gateway = await composeWithBudgets(await start(calling), { SET_BUDGET: 'daily=100,stop_runaways' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send(CREATE);
    let previous = await client.answer();
    for (let time = 1; time < 10; time++) {
      client.send({ ...CREATE, ...resultOf(previous) });
      previous = await client.answer();
      expect(previous.type).toBe('response.completed');
    }
    client.send({ ...CREATE, ...resultOf(previous) });
    expect(await client.answer()).toMatchObject({
      error: {
        code: 'runaway_stopped',
        message: expect.stringContaining('exec_command was called 10 times'),
      },
    });
    client.ws.terminate();
    const records = await gateway.records();
    expect(records.map(({ warnings }) => warnings?.[0]?.count)).toEqual([
      ...Array.from({ length: 5 }, () => undefined),
      ...[5, 6, 7, 8, 9, 10],
    ]);
  });

  it('frees what was reserved for a client that leaves', async () => {
    const gateway = await composeWithBudgets(await start(), { SET_RATE_LIMIT: 'concurrent=1' });
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send(CREATE);
    client.ws.terminate();
    await gateway.records();
    const other = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    other.send(CREATE);
    expect(await other.answer()).toMatchObject({ type: 'response.completed' });
  });
});
