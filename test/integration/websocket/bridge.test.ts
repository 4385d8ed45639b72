import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compress } from '@mongodb-js/zstd';
import { beforeEach, describe, expect, it } from 'vitest';
import { readConversation } from '../../../src/conversation/read-conversation.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import {
  composeGateway,
  type GatewayOptions,
  type RunningGateway,
} from '../../support/gateway/compose-gateway.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Answer, Script } from '../../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import {
  CODEX_HEADERS,
  connectClient,
  type Event,
  type TestClient,
} from '../../support/websocket/connect-client.ts';

type Stream = Extract<Answer, { kind: 'sse' }>;

const answerOf = (id: string, text = 'ok'): Stream => ({
  kind: 'sse',
  events: responsesStream([{ reasoning: `sealed-${id}` }, { text }], { id }),
});
const numbered = (_request: unknown, index: number): Stream => answerOf(`resp_${index + 1}`);
const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const create = (more: object = {}) => ({ type: 'response.create', model: 'gpt-test', store: false, ...more });

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(numbered);
  return () => upstream.close();
});

interface Stage {
  readonly gateway: RunningGateway;
  readonly client: TestClient;
}

const bridge = async (script: Script = numbered, options: GatewayOptions = {}): Promise<Stage> => {
  upstream.play(script);
  const env = { WEBSOCKETS: 'bridge', ...options.env };
  const gateway = await composeGateway(upstream.url, { ...options, env });
  return { gateway, client: await connectClient(gateway.v1, { headers: CODEX_HEADERS }) };
};

const idOf = (event: Event): string => (event.response as { id: string }).id;
const types = (client: TestClient): string[] => client.events.map(({ type }) => type);

describe('an answer over the bridge', () => {
  it.each(['text/plain', 'application/json'])('K8: is a stream under %s as well', async (contentType) => {
    const events = responsesStream([{ text: 'ok' }], { id: 'resp_1' });
    const headers = { 'content-type': contentType };
    const { client } = await bridge({ kind: 'sse', events, chunkBytes: 11, headers });
    client.send(create({ input: [user('hi')] }));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(client.frames.slice(1).map(String)).toEqual(events.map((event) => JSON.stringify(event)));
  });

  it.each<[string, (body: Buffer) => Buffer | Promise<Buffer>]>([
    ['gzip', (body) => gzipSync(body)],
    ['zstd', (body) => compress(body)],
    ['br', (body) => brotliCompressSync(body)],
    ['gzip', (body) => body],
  ])('K8: is decoded, since frames have no content coding: %s', async (coding, encode) => {
    const events = responsesStream([{ text: 'ok' }], { id: 'resp_1' });
    const body = await encode(Buffer.from(events.map(encodeEvent).join('')));
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': coding };
    const { client, gateway } = await bridge({ kind: 'bytes', body, headers });
    client.send(create({ input: [user('hi')] }));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(client.frames.slice(1).map(String)).toEqual(events.map((event) => JSON.stringify(event)));
    client.ws.close();
    await client.closed;
    expect((await gateway.records()).at(-1)).toMatchObject({ response: { finish: 'completed' } });
  });

  it('is the events of the stream, each as one text frame and byte for byte', async () => {
    const events = responsesStream([{ reasoning: 'sealed' }, { text: 'grün 😀' }], { id: 'resp_1' });
    const { client } = await bridge({ kind: 'sse', events, chunkBytes: 11 });
    client.send(create({ input: [user('hi')] }));
    await client.answer();
    const [metadata, ...frames] = client.frames;
    expect(JSON.parse(String(metadata)).type).toBe('response.metadata');
    expect(frames.map(String)).toEqual(events.map((event) => JSON.stringify(event)));
  });

  it('spares a client that is not Codex the events that stand for header fields', async () => {
    const { gateway } = await bridge({
      ...answerOf('r'),
      headers: { 'x-codex-turn-state': 's' },
    });
    const client = await connectClient(gateway.v1);
    client.send(create({ input: 'hi' }));
    await client.answer();
    expect(types(client)[0]).toBe('response.created');
  });

  it('is one exchange in the log, with the body that was sent and the answer that came', async () => {
    const { gateway, client } = await bridge({
      ...answerOf('resp_1'),
      headers: { 'x-request-id': 'req_upstream', 'x-codex-primary-used-percent': '7' },
    });
    const metadata = { 'x-codex-turn-metadata': '{"turn_id":"turn-1","session_id":"session-1"}' };
    client.send(create({ input: [user('first words')], client_metadata: metadata }));
    await client.answer();
    client.ws.close();
    const [record, ...others] = await gateway.records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      method: 'GET',
      path: '/v1/responses',
      transport: 'websocket',
      websocketMode: 'bridge',
      stream: true,
      status: 200,
      model: 'gpt-test',
      provider: 'openai',
      upstream: new URL(upstream.url).host,
      upstreamRequestId: 'req_upstream',
      auth: 'none',
      responseId: 'resp_1',
      client: { name: 'codex_exec', version: '0.169.0', sessionId: 'session-1', turnId: 'turn-1' },
      request: { bodyBytes: upstream.requests[0]?.body.length },
      response: { finish: 'completed', events: 11 },
      usage: { inputTokens: 1200, cachedInputTokens: 1024, outputTokens: 80, reasoningTokens: 64 },
      quota: { primary: { usedPercent: 7 } },
      ttfbMs: expect.any(Number),
      overheadMs: expect.any(Number),
    });
    const told = client.events[0] as Event & { headers: Record<string, string> };
    expect(told.headers).toMatchObject({
      'x-request-id': record?.id,
      'x-upstream-request-id': 'req_upstream',
    });

    const detail = await readExchange(gateway.dataDir, record?.id ?? '');
    if (!detail) throw new Error('the log does not know it');
    expect(detail.requestBody?.bytes).toEqual(upstream.requests[0]?.body);
    expect(Object.fromEntries(detail.requestHeaders)['x-codex-turn-metadata']).toContain('turn-1');
    const conversation = await readConversation(detail);
    expect(JSON.stringify(conversation.items)).toContain('first words');
    expect(JSON.stringify(conversation.output)).toContain('ok');
  });
});

describe('a conversation over the bridge', () => {
  it('is whole in every request, as its items were written', async () => {
    const { client } = await bridge();
    const first =
      '{"type":"response.create","model":"m","store":false,"tools":[],"input":[ {"a" : 1.0, "e":"\\u00e9"} ],"n":12345678901234567890}';
    client.send(first);
    const one = await client.answer();
    client.send(
      `{"type":"response.create","previous_response_id":"${idOf(one)}","input":[{"b":2}],"store":false}`,
    );
    const two = await client.answer();
    client.send(
      `{"type":"response.create","previous_response_id":"${idOf(two)}","input":[{"c":3}],"store":false}`,
    );
    await client.answer();
    const items = (id: string) =>
      responsesStream([{ reasoning: `sealed-${id}` }, { text: 'ok' }], { id })
        .filter(({ type }) => type === 'response.output_item.done')
        .map((event) => JSON.stringify('item' in event ? event.item : undefined))
        .join(',');
    expect(upstream.requests.map(({ body }) => body.toString())).toEqual([
      '{"model":"m","store":false,"tools":[],"input":[ {"a" : 1.0, "e":"\\u00e9"} ],"n":12345678901234567890,"stream":true}',
      `{"input":[{"a" : 1.0, "e":"\\u00e9"},${items('resp_1')},{"b":2}],"store":false,"stream":true}`,
      `{"input":[{"a" : 1.0, "e":"\\u00e9"},${items('resp_1')},{"b":2},${items('resp_2')},{"c":3}],"store":false,"stream":true}`,
    ]);
  });

  it('goes on from a warm-up, which asks no model and is in the log', async () => {
    const { gateway, client } = await bridge();
    client.send(create({ generate: false, input: [user('instructions')] }));
    const warm = await client.answer();
    expect(upstream.requests).toHaveLength(0);
    client.send(create({ previous_response_id: idOf(warm), input: [user('go')] }));
    await client.answer();
    expect(upstream.requests[0]?.json().input).toEqual([user('instructions'), user('go')]);
    client.ws.close();
    const [warmUp, turn] = await gateway.records();
    expect(warmUp).toMatchObject({
      status: 200,
      responseId: idOf(warm),
      response: { finish: 'completed', events: 2 },
    });
    expect(warmUp).not.toHaveProperty('upstream');
    expect(turn).toMatchObject({ previousResponseId: idOf(warm) });
  });

  it('can fork, and can begin anew on the same connection', async () => {
    const { client } = await bridge();
    client.send(create({ input: [user('root')] }));
    const root = idOf(await client.answer());
    for (const text of ['left', 'right']) {
      client.send(create({ previous_response_id: root, input: [user(text)] }));
      await client.answer();
    }
    client.send(create({ previous_response_id: null, input: [user('anew')] }));
    await client.answer();
    const texts = upstream.requests.map(({ body }) =>
      [...body.toString().matchAll(/"text":"(\w+)"/g)].map(([, text]) => text),
    );
    expect(texts).toEqual([['root'], ['root', 'ok', 'left'], ['root', 'ok', 'right'], ['anew']]);
  });

  it.each([false, undefined, true])(
    'whose last answer is not known here is %s stored at the upstream',
    async (store) => {
      const { gateway, client } = await bridge();
      client.send({
        type: 'response.create',
        previous_response_id: 'resp_elsewhere',
        input: [user('go')],
        store,
      });
      const answer = await client.answer();
      if (store === false) {
        expect(answer).toMatchObject({
          type: 'error',
          status: 400,
          error: {
            type: 'invalid_request_error',
            code: 'previous_response_not_found',
            message: expect.stringMatching(/^gomodel-ts: .*resp_elsewhere/),
            param: 'previous_response_id',
          },
          headers: { 'x-request-id': expect.stringMatching(/^req_/) },
        });
        expect(upstream.requests).toHaveLength(0);
        client.ws.close();
        expect(await gateway.records()).toMatchObject([
          {
            status: 400,
            previousResponseId: 'resp_elsewhere',
            error: { code: 'previous_response_not_found' },
          },
        ]);
      } else {
        expect(upstream.requests[0]?.json()).toMatchObject({
          previous_response_id: 'resp_elsewhere',
          input: [user('go')],
        });
        // What comes after cannot be told either: it is the upstream's as well.
        client.send({ type: 'response.create', previous_response_id: idOf(answer), input: [], store });
        await client.answer();
        expect(upstream.requests[1]?.json()).toMatchObject({ previous_response_id: idOf(answer), input: [] });
      }
    },
  );

  it('is forgotten with its connection', async () => {
    const { gateway, client } = await bridge();
    client.send(create({ input: [user('a')] }));
    const id = idOf(await client.answer());
    const other = await connectClient(gateway.v1);
    other.send(create({ previous_response_id: id, input: [] }));
    expect(await other.answer()).toMatchObject({ error: { code: 'previous_response_not_found' } });
  });

  it('is not remembered beyond what all may take, and its client is asked to send it again', async () => {
    const { client } = await bridge(numbered, { historyBytes: 500 });
    client.send(create({ input: [user('short')] }));
    const known = idOf(await client.answer());
    client.send(create({ previous_response_id: known, input: [user('x'.repeat(600))] }));
    const lost = idOf(await client.answer());
    client.send(create({ previous_response_id: lost, input: [] }));
    expect(await client.answer()).toMatchObject({ error: { code: 'previous_response_not_found' } });
  });

  it('is refused when it has grown beyond the limit of a body', async () => {
    const { client } = await bridge(numbered, { env: { BODY_SIZE_LIMIT: '2K' } });
    client.send(create({ input: [user('x'.repeat(1000))] }));
    const id = idOf(await client.answer());
    client.send(create({ previous_response_id: id, input: [user('y'.repeat(800))] }));
    expect(await client.answer()).toMatchObject({
      type: 'error',
      status: 413,
      error: { code: 'request_too_large', message: expect.stringMatching(/BODY_SIZE_LIMIT/) },
    });
  });
});

describe('what the bridge asks of the upstream', () => {
  it('has the header fields that HTTP would have', async () => {
    const { client } = await bridge();
    client.send(
      create({
        input: [],
        client_metadata: { 'x-codex-turn-metadata': '{"turn_id":"t"}', 'x-codex-turn-state': 'state-1' },
      }),
    );
    await client.answer();
    const [seen] = upstream.requests;
    expect(seen?.method).toBe('POST');
    expect(seen?.url).toBe('/v1/responses');
    expect(seen?.headers).toMatchObject({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      originator: 'codex_exec',
      'session-id': 'session-1',
      'x-codex-turn-metadata': '{"turn_id":"t"}',
      'x-codex-turn-state': 'state-1',
    });
    const names = Object.keys(seen?.headers ?? {});
    expect(names.filter((name) => /^(?:sec-websocket-|openai-beta|upgrade)/.test(name))).toEqual([]);
    client.send(create({ input: [], client_metadata: { 'x-codex-turn-metadata': '{"turn_id":"u"}' } }));
    await client.answer();
    expect(upstream.requests[1]?.headers).not.toHaveProperty('x-codex-turn-state');
  });
});

describe('a failure over the bridge', () => {
  const refusal = (status: number, body: unknown, headers = {}): Answer => ({
    kind: 'json',
    status,
    body,
    headers,
  });

  it.each([400, 401, 403, 404, 429, 500, 503])(
    'with status %i comes as the error frame that Codex reads',
    async (status) => {
      const error = {
        message: 'of the upstream',
        type: 't',
        code: 'c',
        param: null,
        plan_type: 'pro',
        resets_at: 1.5,
      };
      const headers = { 'retry-after': '7', 'x-codex-primary-used-percent': '100', 'x-request-id': 'up' };
      const { gateway, client } = await bridge(refusal(status, { error }, headers));
      client.send(create({ input: [] }));
      const frame = await client.answer();
      client.ws.close();
      const [record] = await gateway.records();
      expect(frame).toEqual({
        type: 'error',
        status,
        error,
        headers: {
          'x-request-id': record?.id,
          'retry-after': '7',
          'x-codex-primary-used-percent': '100',
          'x-upstream-request-id': 'up',
        },
      });
      expect(record).toMatchObject({
        status,
        response: { finish: 'failed' },
        error: { origin: 'upstream', code: 'c', message: 'of the upstream' },
      });
    },
  );

  it('of which much is said is read only so far', async () => {
    const { client } = await bridge({ kind: 'bytes', status: 502, body: Buffer.alloc(8 << 20, 'x') });
    client.send(create({ input: [] }));
    const frame = (await client.answer()) as Event & { error: { message: string } };
    expect(frame).toMatchObject({ status: 502, error: { code: 'http_502' } });
    expect(frame.error.message).toHaveLength(1000);
  });

  it('is an answer that is no stream', async () => {
    const { client } = await bridge({ kind: 'json', body: { id: 'resp_1', output: [] } });
    client.send(create({ input: [] }));
    expect(await client.answer()).toMatchObject({
      type: 'error',
      status: 502,
      error: {
        code: 'upstream_unreachable',
        message: expect.stringMatching(/application\/json, where a stream/),
      },
      headers: { 'x-gomodel-error-origin': 'upstream' },
    });
  });

  it('in the midst of an answer is told as response.failed, with the next number', async () => {
    const events = responsesStream([{ text: 'never whole' }], { id: 'resp_1' });
    for (const end of ['end', 'reset'] as const) {
      const { gateway, client } = await bridge({
        kind: 'sse',
        events,
        eventLimit: 5,
        extraBytes: 30,
        finally: end,
      });
      client.send(create({ input: [] }));
      expect(await client.answer()).toMatchObject({
        type: 'response.failed',
        sequence_number: 5,
        response: {
          id: 'resp_1',
          status: 'failed',
          error: {
            code: 'upstream_stream_truncated',
            message: expect.stringMatching(/^gomodel-ts: .*after 5 events/),
          },
        },
      });
      client.ws.close();
      expect((await gateway.records()).at(-1)).toMatchObject({
        status: 200,
        response: { finish: 'truncated', events: 5 },
        error: { origin: 'upstream', code: 'upstream_stream_truncated' },
      });
    }
  });

  it('that a stream tells as an error event is held back until the stream says or shows that it is over', async () => {
    const flat = { type: 'error', code: 'overloaded', message: 'try later', param: null };
    const { client } = await bridge({ kind: 'sse', events: [{ type: 'response.created' }, flat] });
    client.send(create({ input: [] }));
    expect(await client.answer()).toMatchObject({
      type: 'response.failed',
      response: { error: { code: 'overloaded', message: 'try later' } },
    });
    expect(types(client)).not.toContain('error');
  });

  it('leaves the connection good for the next request', async () => {
    const { client } = await bridge([refusal(500, { error: { message: 'once' } }), answerOf('resp_2')]);
    client.send(create({ input: [] }));
    await client.answer();
    client.send(create({ input: [] }));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
  });

  it('of the connection to the upstream says what to do', async () => {
    const { client } = await bridge({ kind: 'reset' });
    client.send(create({ input: [] }));
    expect(await client.answer()).toMatchObject({
      status: 502,
      error: {
        code: 'upstream_unreachable',
        message: expect.stringMatching(/closed the connection before it answered/),
      },
    });
  });
});

describe('a message that is no request', () => {
  it.each([
    ['no JSON', 'nonsense', 'invalid_json'],
    ['no object', '[1]', 'invalid_json'],
    ['of no type', '{}', 'invalid_request'],
    ['of an unknown type', '{"type":"session.update"}', 'invalid_request'],
  ])('%s is refused by a frame, and has a record', async (_name, text, code) => {
    const { gateway, client } = await bridge();
    client.send(text);
    expect(await client.answer()).toMatchObject({ type: 'error', status: 400, error: { code } });
    client.ws.close();
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      status: 400,
      error: { origin: 'client', code },
      request: { wireBytes: text.length },
    });
  });

  it('is accepted where it says that an answer was processed', async () => {
    const { gateway, client } = await bridge();
    client.send({ type: 'response.processed', response_id: 'resp_1' });
    client.send(create({ input: [] }));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    client.ws.close();
    expect(await gateway.records()).toHaveLength(1);
  });

  it('steers: it is told that this fails, without an end to the answer that runs', async () => {
    const { client } = await bridge({
      ...answerOf('resp_1'),
      pauseMs: 5,
    });
    client.send(create({ input: [] }));
    await client.until(({ type }) => type === 'response.created');
    client.send({ type: 'response.steer', previous_response_id: 'resp_1', input: [] });
    await client.until(({ type }) => type === 'response.steer.failed');
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
  });
});

const events = responsesStream([{ reasoning: 'sealed' }, { text: 'never said' }], { id: 'resp_1' });
/** Reasoning is whole and a message has begun when it stops. */
const HANGING: Answer = { kind: 'sse', events, eventLimit: 5, finally: 'hang' };

describe('an answer that its client wants no more of', () => {
  it('is interrupted: the upstream is left, what is finished counts, and the conversation goes on from it', async () => {
    const { gateway, client } = await bridge([HANGING, answerOf('resp_2')]);
    client.send(create({ input: [user('a')] }));
    await client.until(({ sequence_number }) => sequence_number === 4);
    client.send({ type: 'response.interrupt', response_id: 'resp_1', mode: 'discard_partial_items' });
    expect(await client.answer()).toMatchObject({
      type: 'response.incomplete',
      response: { id: 'resp_1', incomplete_details: { reason: 'interrupted' } },
    });
    expect(types(client).slice(-3)).toEqual([
      'response.interrupt.accepted',
      'response.output_item.interrupted',
      'response.incomplete',
    ]);
    expect((await upstream.requests[0]?.closed)?.aborted).toBe(true);
    client.send(create({ previous_response_id: 'resp_1', input: [user('b')] }));
    await client.answer();
    expect(upstream.requests[1]?.json().input).toMatchObject([
      user('a'),
      { type: 'reasoning', encrypted_content: 'sealed' },
      user('b'),
    ]);
    client.ws.close();
    expect((await gateway.records())[0]).toMatchObject({ response: { finish: 'incomplete' } });
  });

  it('is cancelled', async () => {
    const { client } = await bridge(HANGING);
    client.send(create({ input: [] }));
    await client.until(({ sequence_number }) => sequence_number === 4);
    client.send({ type: 'response.cancel', response_id: 'resp_1' });
    expect(await client.answer()).toMatchObject({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'cancelled' } },
    });
    expect((await upstream.requests[0]?.closed)?.aborted).toBe(true);
  });

  it('has ended meanwhile: the interruption changes nothing and says nothing', async () => {
    const { client } = await bridge();
    client.send(create({ input: [] }));
    const id = idOf(await client.answer());
    client.send({ type: 'response.interrupt', response_id: id, mode: 'discard_partial_items' });
    const before = client.events.length;
    client.send(create({ previous_response_id: id, input: [] }));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(client.events[before]?.type).toBe('response.metadata');
  });

  it('is none of this connection', async () => {
    const { client } = await bridge();
    client.send({ type: 'response.interrupt', response_id: 'resp_none', mode: 'discard_partial_items' });
    expect(await client.until(() => true)).toMatchObject({
      type: 'response.interrupt.failed',
      response_id: 'resp_none',
      error: { code: 'invalid_request' },
    });
  });

  it.each(['close', 'terminate'] as const)(
    'is left with its connection by %s: the upstream is asked no further',
    async (how) => {
      const { gateway, client } = await bridge(HANGING);
      client.send(create({ input: [] }));
      client.send(create({ input: [user('this one waits')] }));
      await client.until(({ sequence_number }) => sequence_number === 4);
      const leftAtMs = performance.now();
      client.ws[how]();
      const closed = await upstream.requests[0]?.closed;
      expect(closed?.aborted).toBe(true);
      expect((closed?.atMs ?? 0) - leftAtMs).toBeLessThan(1000);
      expect((await gateway.records()).map(({ response }) => response.finish)).toEqual([
        'aborted',
        'aborted',
      ]);
      expect(upstream.requests).toHaveLength(1);
    },
  );
});

describe('several requests on one connection', () => {
  it('are answered one after another, each with what came before it', async () => {
    const { client } = await bridge((_request, index) => ({
      ...numbered(_request, index),
      pauseMs: 2,
    }));
    client.send(create({ input: [user('a')] }));
    client.send(create({ previous_response_id: 'resp_1', input: [user('b')] }));
    await client.answer();
    expect(upstream.requests).toHaveLength(1);
    await client.answer();
    expect(upstream.requests[1]?.json().input).toHaveLength(4);
    const ids = client.events.filter(({ type }) => type === 'response.created').map(idOf);
    expect(ids).toEqual(['resp_1', 'resp_2']);
  });

  it('run beside each other in lanes, and each event says its lane', async () => {
    const { client } = await bridge((request) => {
      const { lane } = request.json() as { lane: string };
      const slow = lane === 'slow' ? { pauseMs: 20 } : {};
      return { ...answerOf(`resp_${lane}`), ...slow };
    });
    client.send(create({ stream_id: 'slow', lane: 'slow', input: [] }));
    client.send(create({ stream_id: 'fast', lane: 'fast', input: [] }));
    expect(await client.answer()).toMatchObject({ stream_id: 'fast', type: 'response.completed' });
    expect(await client.answer()).toMatchObject({ stream_id: 'slow', type: 'response.completed' });
    for (const event of client.events) {
      const id = (event.response as { id?: string } | undefined)?.id;
      if (id) expect(id).toBe(`resp_${event.stream_id}`);
    }
    expect(JSON.stringify(upstream.requests[0]?.json())).not.toContain('stream_id');
  });

  it('are refused in their lane, once', async () => {
    const { client } = await bridge({ kind: 'json', status: 400, body: { error: { message: 'no' } } });
    client.send(create({ stream_id: 'a', input: [] }));
    await client.answer();
    client.send(create({ stream_id: 'b', previous_response_id: 'resp_x', input: [] }));
    await client.answer();
    const frames = client.frames.map(String);
    expect(frames.map((frame) => frame.match(/"stream_id":"\w"/g))).toEqual([
      ['"stream_id":"a"'],
      ['"stream_id":"b"'],
    ]);
  });

  it('are refused where too many wait, and the others are answered', async () => {
    const { gateway, client } = await bridge(HANGING);
    for (let count = 0; count < 66; count++) client.send(create({ input: [] }));
    const refused = await client.until(({ type }) => type === 'error');
    expect(refused).toMatchObject({
      status: 400,
      error: { code: 'invalid_request', message: expect.stringMatching(/wait/) },
    });
    client.ws.terminate();
    expect(await gateway.records()).toHaveLength(66);
  });
});

it('asks the client to connect anew after the time that a connection may last, once answers have ended', async () => {
  const { gateway, client } = await bridge(
    { ...answerOf('resp_1'), pauseMs: 30 },
    { timeouts: { websocketAgeMs: 150 } },
  );
  client.send(create({ input: [] }));
  await client.until(({ type }) => type === 'response.created');
  await new Promise((resolve) => setTimeout(resolve, 160));
  client.send(create({ input: [] }));
  expect(await client.until(({ type }) => type === 'error')).toMatchObject({
    status: 400,
    error: { code: 'websocket_connection_limit_reached' },
  });
  expect(await client.answer()).toMatchObject({ type: 'response.completed' });
  expect(await client.closed).toEqual({ code: 1001, reason: 'websocket_connection_limit_reached' });
  expect((await gateway.records()).map(({ error }) => error?.code)).toEqual([
    undefined,
    'websocket_connection_limit_reached',
  ]);
});

it('closes an idle connection after that time by itself', async () => {
  const { client } = await bridge(numbered, { timeouts: { websocketAgeMs: 30, heartbeatMs: 20 } });
  expect(await client.closed).toMatchObject({ code: 1001 });
});
