import { Anthropic } from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { nativeStream, readAsClient, spoiledStream } from '../../support/streams/native-stream.ts';
import { readSse } from '../../support/streams/read-sse.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const FORM = { counts: true, hasDeltas: true, repeats: true };
const WHOLE = nativeStream({ ...FORM, id: 'one' });
const TURN = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test","stream":true}',
};
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };

const ENDED = '{"type":"response.failed","response":{"error":{"message":"cut"}}}';

const edited = (mark: string, edit: (event: string) => string): string =>
  WHOLE.map((event) => (event.includes(mark) ? edit(event) : event)).join('');
const placeOf = (mark: string): number => WHOLE.findIndex((event) => event.includes(mark));

const SPOILED: [string, string, string][] = [
  [
    'half a patch that is told as done',
    edited('"name":"apply_patch","input":"*', (event) => event.replace(/\\n\*\*\* End Patch"/g, '"')),
    'upstream_answer_unreadable',
  ],
  [
    'a call whose JSON is broken',
    edited('response.output_item.done', (event) => event.replace('/tmp\\"}"', '"')),
    'upstream_answer_unreadable',
  ],
  [
    'a script whose patch breaks off',
    edited('"name":"exec","input":"a', (event) => event.replaceAll(/\\\\n\*\*\* End Patch\\"\);"/g, '"')),
    'upstream_answer_unreadable',
  ],
  [
    'two answers',
    WHOLE.slice(0, 6).join('') + nativeStream({ ...FORM, id: 'two' }).join(''),
    'upstream_stream_restarted',
  ],
  [
    'a call that is done twice',
    WHOLE.toSpliced(
      placeOf('"response.output_item.done","sequence_number":14'),
      0,
      ...WHOLE.filter((event) => /output_item\.done.*exec_command/.test(event)),
    ).join(''),
    'upstream_answer_unreadable',
  ],
  [
    'an end that comes before the last call',
    WHOLE.filter((event) => !/output_item\.done.*"name":"exec"/s.test(event)).join(''),
    'upstream_answer_unreadable',
  ],
  [
    'an event that is cut in its midst',
    edited('"name":"apply_patch","input":"*', (event) => `${event.slice(0, -40)}\n\n`),
    'upstream_answer_unreadable',
  ],
];

/** The data of each event, as frames would have it. */
const framesOf = (text: string): Buffer[] => readSse(Buffer.from(text)).map(({ data }) => Buffer.from(data));

const startHttp = async () => {
  const upstream = await startUpstream({ kind: 'hang' });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url);
  const play = (text: string): void => {
    const headers = { 'content-type': 'text/event-stream' };
    upstream.play({ kind: 'bytes', body: Buffer.from(text), headers });
  };
  return { gateway, play };
};

const startRelay = async () => {
  let frames: readonly Buffer[] = [];
  const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events: frames }));
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url);
  const play = (text: string): void => {
    // Of a stream that is cut, the connection would stay.
    frames = text === WHOLE.join('') ? framesOf(text) : [...framesOf(text), Buffer.from(ENDED)];
  };
  return { gateway, play };
};

const ask = async (v1: string): Promise<string[]> => {
  const response = await fetch(`${v1}/responses`, TURN);
  return readSse(Buffer.from(await response.arrayBuffer())).map(({ data }) => data);
};
const askByFrames = async (v1: string): Promise<string[]> => {
  const client = await connectClient(v1, { headers: CODEX_HEADERS });
  const frames: string[] = [];
  client.ws.removeAllListeners('message');
  const isOver = new Promise<void>((resolve) => {
    client.ws.on('message', (data) => {
      frames.push(String(data));
      if (/^\{"type":"response\.(?:completed|failed|incomplete)"/.test(String(data))) resolve();
    });
  });
  client.send(CREATE);
  await Promise.race([isOver, client.closed]);
  client.ws.close();
  await client.closed;
  return frames.filter((frame) => !frame.startsWith('{"type":"response.metadata"'));
};

const WAYS = [
  ['over HTTP', startHttp, ask],
  ['bridged to a WebSocket', startHttp, askByFrames],
  ['relayed over WebSocket', startRelay, askByFrames],
] as const;

describe.each(WAYS)('K2: a native stream %s', (_way, start, askOnce) => {
  it.each(SPOILED)('of %s ends as failed, and the record says why', async (_title, text, code) => {
    const { gateway, play } = await start();
    play(text);
    const events = await askOnce(gateway.v1);
    expect(readAsClient(events, { addsUp: true })).toBe('response.failed');
    const last = JSON.parse(events.at(-1) ?? '{}');
    expect(last.response.error).toMatchObject({ code, message: expect.stringMatching(/^gomodel-ts: /) });
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'failed' }, error: { origin: 'upstream', code } },
    ]);
  });

  it('that is whole arrives unchanged', async () => {
    const { gateway, play } = await start();
    play(WHOLE.join(''));
    expect(await askOnce(gateway.v1)).toEqual(framesOf(WHOLE.join('')).map(String));
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'completed' } }]);
  });

  it('that anything has spoiled never ends as completed with half a call', async () => {
    const { gateway, play } = await start();
    await fc.assert(
      fc.asyncProperty(spoiledStream(FORM), async ({ text, addsUp }) => {
        play(text);
        readAsClient(await askOnce(gateway.v1), { addsUp });
      }),
      { numRuns: 40, seed: 1 },
    );
    for (const { response } of await gateway.records()) {
      expect(response.finish).toMatch(/^(?:completed|failed|truncated|aborted)$/);
    }
  });
});

describe('K2: a native stream of which more than one runs on a connection', () => {
  it('takes the others down with it, as cut ones', async () => {
    const upstream = await startWebSocketUpstream((_frame, index) =>
      index === 0
        ? { kind: 'events', events: framesOf(WHOLE[0] ?? '').map((frame) => inLane('a', frame)) }
        : { kind: 'events', events: framesOf(SPOILED[0]?.[1] ?? '').map((frame) => inLane('b', frame)) },
    );
    onTestFinished(() => upstream.close());
    const gateway = await composeGateway(upstream.url);
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send({ ...CREATE, stream_id: 'a' });
    await client.until(({ type }) => type === 'response.created');
    client.send({ ...CREATE, stream_id: 'b' });
    await client.closed;
    const failed = client.events.filter(({ type }) => type === 'response.failed');
    expect(failed.map(({ stream_id }) => stream_id)).toEqual(['b', 'a']);
    const records = await gateway.records();
    expect(records.map(({ response }) => response.finish).sort()).toEqual(['failed', 'truncated']);
  });
});

const inLane = (lane: string, frame: Buffer): Buffer =>
  Buffer.from(`{"stream_id":"${lane}",${frame.toString().slice(1)}`);

describe("K2: a native stream of Anthropic's Messages", () => {
  const eventOf = (type: string, members: object = {}): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  const start = eventOf('message_start', {
    message: { id: 'm', type: 'message', role: 'assistant', content: [], usage: { input_tokens: 1 } },
  });
  const content_block = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} };
  const begun = eventOf('content_block_start', { index: 0, content_block });
  const ended = eventOf('content_block_stop', { index: 0 });
  const stop =
    eventOf('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } }) +
    eventOf('message_stop');

  const readByClient = async (text: string) => {
    const upstream = await startUpstream({
      ...{ kind: 'bytes', body: Buffer.from(text) },
      headers: { 'content-type': 'text/event-stream' },
    });
    onTestFinished(() => upstream.close());
    const env = { ANTHROPIC_API_KEY: 'sk-ant', ANTHROPIC_BASE_URL: upstream.url };
    const gateway = await composeGateway(upstream.url, { env });
    const client = new Anthropic({ baseURL: gateway.v1.replace(/\/v1$/, ''), apiKey: 'k', maxRetries: 0 });
    const stream = client.messages.stream({
      ...{ model: 'claude-sonnet-4-5', max_tokens: 10 },
      messages: [{ role: 'user', content: 'hi' }],
    });
    return { said: await stream.finalMessage().catch((error: unknown) => error), gateway };
  };

  it.each([
    ['that begins again', start + begun + start + begun + ended + stop, 'upstream_stream_restarted'],
    ['that lacks the end of a call', start + begun + stop, 'upstream_answer_unreadable'],
    ['that makes a call twice', start + begun + ended + begun + ended + stop, 'upstream_answer_unreadable'],
  ])("%s is an error to Anthropic's client, and the record says why", async (_title, text, code) => {
    const { said, gateway } = await readByClient(text);
    expect(String(said)).toContain('gomodel-ts: ');
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'failed' }, error: { origin: 'upstream', code } },
    ]);
  });

  it('that is whole is read as it was meant', async () => {
    const { said } = await readByClient(start + begun + ended + stop);
    expect(said).toMatchObject({ content: [{ type: 'tool_use', name: 'Bash' }], stop_reason: 'tool_use' });
  });
});
