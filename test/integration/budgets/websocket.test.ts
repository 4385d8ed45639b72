import { describe, expect, it, onTestFinished } from 'vitest';
import { answerOf, composeWithBudgets, usage } from '../../support/guard/budget-gateway.ts';
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

const relaying = async (): Promise<string> => {
  const events = responsesStream([{ text: 'ok' }], { usage: usage(100, 90) });
  const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events }));
  onTestFinished(() => upstream.close());
  return upstream.url;
};
const bridging = async (): Promise<string> => {
  const upstream = await startUpstream(answerOf(100, 90));
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
