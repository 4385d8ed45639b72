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
