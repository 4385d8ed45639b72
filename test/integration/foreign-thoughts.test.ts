import { describe, expect, it, onTestFinished } from 'vitest';
import { azureSpec } from '../../src/providers/specs/azure.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../support/websocket/connect-client.ts';

type Item = Readonly<Record<string, unknown>>;

const thought = (sealed: string): Item => ({ type: 'reasoning', summary: [], encrypted_content: sealed });
const summary = (sealed: string): Item => ({ type: 'compaction', encrypted_content: sealed });
const question = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'Was nun, “Ñandú”?' }],
};
const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"n":12345678901234567890}' };
const result = { type: 'function_call_output', call_id: 'c1', output: 'ok' };

const REFUSAL = {
  error: {
    message: 'The encrypted content gAAA...OTHER could not be verified.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_encrypted_content',
  },
};

const inputOf = (request: RecordedRequest): readonly Item[] => (request.json() as { input: Item[] }).input;

/** As Azure does: what it has not encrypted itself is refused, whatever it is. */
const startAzure = async (): Promise<Upstream> => {
  const upstream = await startUpstream((request): Answer => {
    const isForeign = inputOf(request).some(({ encrypted_content: sealed }) =>
      /^gAAAA-other/.test(String(sealed)),
    );
    return isForeign
      ? { kind: 'json', status: 400, body: REFUSAL }
      : { kind: 'sse', events: responsesStream([{ text: 'ok' }], { model: 'deployed' }) };
  });
  onTestFinished(() => upstream.close());
  return upstream;
};

const compose = (azure: Upstream): Promise<RunningGateway> =>
  composeGateway('http://127.0.0.1:9/v1', {
    configure: withProviders([providerAt(azureSpec, new URL('/openai', azure.url).href)]),
  });

const askHttp = async (gateway: RunningGateway, input: readonly Item[]): Promise<string> => {
  const response = await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'azure/deployed', input, store: false, stream: true }),
  });
  return response.text();
};
const askWebSocket = async (gateway: RunningGateway, input: readonly Item[]): Promise<string> => {
  const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
  client.send({ type: 'response.create', model: 'azure/deployed', input, store: false });
  return JSON.stringify(await client.answer());
};

describe.each([
  ['HTTP', askHttp],
  ['WebSocket', askWebSocket],
])('a session that changes to Azure, over %s', (_, ask) => {
  it('goes on without the thoughts of the provider before, and keeps those of Azure', async () => {
    const azure = await startAzure();
    const gateway = await compose(azure);
    const earlier = [question, thought('gAAAA-other-1'), call, result, thought('gAAAA-other-2')];
    expect(await ask(gateway, [...earlier, question])).toContain('response.completed');
    expect(azure.requests).toHaveLength(2);
    expect(inputOf(await azure.request(1))).toEqual([question, call, result, question]);
    expect((await azure.request(1)).body.toString()).toContain(
      '{"n":12345678901234567890}'.replaceAll('"', '\\"'),
    );

    const later = [...earlier, question, thought('gAAAA-own'), question];
    expect(await ask(gateway, later)).toContain('response.completed');
    expect(azure.requests, 'what was refused once is not sent again').toHaveLength(3);
    expect(inputOf(await azure.request(2))).toEqual([
      ...[question, call, result, question],
      thought('gAAAA-own'),
      question,
    ]);
    const [first, second] = (await gateway.records()).filter(({ provider }) => provider === 'azure');
    expect(first).toMatchObject({
      status: 200,
      response: { finish: 'completed' },
      attempts: [
        { provider: 'azure', status: 400, error: { code: 'invalid_encrypted_content' } },
        { provider: 'azure', status: 200 },
      ],
    });
    expect(second?.attempts).toBeUndefined();
  });

  it('is refused with Azure’s own words where its memory is what Azure cannot read', async () => {
    const azure = await startAzure();
    const gateway = await compose(azure);
    const told = await ask(gateway, [summary('gAAAA-other-3'), question]);
    expect(told).toContain('invalid_encrypted_content');
    expect(azure.requests).toHaveLength(1);
  });

  it('sends other thoughts as they are', async () => {
    const azure = await startAzure();
    const gateway = await compose(azure);
    await ask(gateway, [question, thought('gAAAA-own'), question]);
    expect(azure.requests).toHaveLength(1);
    expect(inputOf(await azure.request(0))).toEqual([question, thought('gAAAA-own'), question]);
  });
});
