import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { type ChatForm, chatStream } from '../../support/streams/chat-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const FORM: ChatForm = { index: 'own', repeatsId: false, hasDone: true };
const WHOLE = chatStream('one', FORM);
const HEADERS = { 'content-type': 'text/event-stream' };

const start = async (text: string, path = '/chat/completions') => {
  const upstream = await startUpstream({ kind: 'bytes', body: Buffer.from(text), headers: HEADERS });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, {
    env: { GEMINI_API_KEY: 'k', GEMINI_BASE_URL: upstream.url },
  });
  const ask = () =>
    fetch(path.startsWith('/p/') ? gateway.v1.replace('/v1', path) : gateway.v1 + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"model":"gpt-test","stream":true}',
    });
  return { gateway, ask };
};

const readByClient = async (v1: string): Promise<unknown> => {
  const client = new OpenAI({ apiKey: 'k', baseURL: v1, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  try {
    return await client.chat.completions.stream({ model: 'gpt-test', messages }).finalChatCompletion();
  } catch (error) {
    return error;
  }
};

describe('K2: a native chat stream', () => {
  it.each([
    [
      'that has lost a piece of a call',
      WHOLE.filter((event) => !event.includes('orkdir')).join(''),
      'upstream_answer_unreadable',
    ],
    [
      'whose first call has lost its name',
      WHOLE.filter((event) => !event.includes('exec_command')).join(''),
      'upstream_answer_unreadable',
    ],
    [
      'that begins again in mid-stream',
      [...WHOLE.slice(0, 8), ...chatStream('two', FORM)].join(''),
      'upstream_stream_restarted',
    ],
    ['that comes twice', [...WHOLE.slice(0, -1), ...WHOLE].join(''), 'upstream_stream_restarted'],
  ])("%s is an error to OpenAI's client, and the record says why", async (_title, text, code) => {
    const { gateway } = await start(text);
    // A call without a name the client refuses before it comes to our error.
    expect(String(await readByClient(gateway.v1))).toMatch(/gomodel-ts: |missing `type`/);
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'failed' }, error: { origin: 'upstream', code } },
    ]);
  });

  it.each([true, false])('that is whole arrives byte for byte, [DONE] at its end: %s', async (hasDone) => {
    const text = chatStream('one', { ...FORM, hasDone }).join('');
    const { gateway, ask } = await start(text);
    expect(await (await ask()).text()).toBe(text);
    expect(await readByClient(gateway.v1)).toMatchObject({
      choices: [{ message: { tool_calls: [{}, { function: { name: 'write_file' } }] } }],
    });
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'completed' } },
      { response: { finish: 'completed' } },
    ]);
  });

  it('of a model that was cut off within a call says so itself, and passes', async () => {
    const cut =
      WHOLE.slice(0, 7).join('') + (WHOLE.at(-2) ?? '').replace('"tool_calls"', '"length"') + WHOLE.at(-1);
    const { gateway, ask } = await start(cut);
    expect(await (await ask()).text()).toBe(cut);
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'incomplete' } }]);
  });
});

describe("K2: a native stream of Google's API", () => {
  const event = (responseId: string, text: string, finishReason?: string): string =>
    `data: ${JSON.stringify({ responseId, candidates: [{ content: { parts: [{ text }] }, ...(finishReason && { finishReason }) }] })}\n\n`;
  const PATH = '/p/gemini/models/gemini-2.5-pro:streamGenerateContent?alt=sse';
  const whole = event('a', 'Hel') + event('a', 'lo', 'STOP');

  it.each([
    ['begins again', event('a', 'H') + event('a', 'e') + event('b', 'Hel') + event('b', 'lo', 'STOP')],
    ['is followed by another', whole + event('b', 'Hel') + event('b', 'lo', 'STOP')],
    ['is cut off', event('a', 'Hel')],
  ])('that %s ends in an error, which its client throws', async (_title, text) => {
    const { ask } = await start(text, PATH);
    const events = (await (await ask()).text()).trim().split('\n\n');
    expect(JSON.parse(events.at(-1)?.slice('data: '.length) ?? '')).toMatchObject({
      error: { code: 502, message: expect.stringContaining('gomodel-ts: ') },
    });
  });

  it('that is whole arrives byte for byte', async () => {
    const { ask } = await start(whole, PATH);
    expect(await (await ask()).text()).toBe(whole);
  });
});
