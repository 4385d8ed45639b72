import { describe, expect, it, onTestFinished } from 'vitest';
import { geminiSpec } from '../../src/providers/specs/gemini.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { type GeminiUpstream, startGeminiUpstream } from '../support/gemini-upstream.ts';
import { checkGrammar } from '../support/translate/check-grammar.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const GEMINI = 'gemini/gemini-3-flash-preview';
const question = { type: 'message', role: 'user', content: 'What now?' };

const startGemini = async (): Promise<GeminiUpstream> => {
  const gemini = await startGeminiUpstream([{ parts: [{ text: 'Hm', thought: true }, { text: 'This.' }] }]);
  onTestFinished(() => gemini.close());
  return gemini;
};

const compose = async (upstreamUrl: string): Promise<RunningGateway> => {
  const gemini = await startGemini();
  return composeGateway(upstreamUrl, { configure: withProviders([providerAt(geminiSpec, gemini.url)]) });
};

const post = (gateway: RunningGateway, request: object, path = '/responses') =>
  fetch(`${gateway.v1}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ store: false, stream: true, ...request }),
  });

/** What a model of Gemini's said, thoughts and a compaction included, as a client keeps it. */
const sayByGemini = async (gateway: RunningGateway): Promise<readonly object[]> => {
  const turn = checkGrammar(await (await post(gateway, { model: GEMINI, input: [question] })).text());
  const compact = await post(gateway, { model: GEMINI, input: [question] }, '/responses/compact');
  const { output } = (await compact.json()) as { output: object[] };
  return [...turn.done, ...output];
};

describe('a session that changes from a translated model to one that is asked as it came', () => {
  it('goes on without what only the other one can be told', async () => {
    const openai = await startUpstream({ kind: 'sse', events: EVENTS });
    onTestFinished(() => openai.close());
    const gateway = await compose(openai.url);
    const said = await sayByGemini(gateway);
    expect(JSON.stringify(said).match(/"gm1\./g)).toHaveLength(3);

    const answer = await post(gateway, { model: 'gpt-test', input: [...said, question] });
    expect(checkGrammar(await answer.text()).response.status).toBe('completed');
    const { input, model } = (await openai.request(0)).json();
    expect(model).toBe('gpt-test');
    expect(input).toMatchObject([
      { type: 'message', role: 'assistant', content: [{ text: 'This.' }] },
      { type: 'message', role: 'user', content: 'What now?' },
      { type: 'message', role: 'user', content: [{ text: expect.stringMatching(/^Summary .*This\.$/s) }] },
      question,
    ]);
    expect((await gateway.records()).at(-1)).toMatchObject({
      provider: 'openai',
      status: 200,
      response: { finish: 'completed' },
    });
  });

  it('is not relayed over WebSocket with it', async () => {
    const openai = await startWebSocketUpstream(() => ({ kind: 'events', events: EVENTS }));
    onTestFinished(() => openai.close());
    const gateway = await compose(openai.url);
    const said = await sayByGemini(gateway);
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send({ type: 'response.create', model: 'gpt-test', input: [...said, question], store: false });
    await client.answer();
    expect(openai.frames).toHaveLength(0);
    expect((await gateway.records()).at(-1)).toMatchObject({ websocketMode: 'bridge', provider: 'openai' });
  });
});
