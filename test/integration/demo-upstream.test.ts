import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoUpstream, startDemoUpstream } from '../../src/providers/demo/start-demo-upstream.ts';

let demo: DemoUpstream;
let client: OpenAI;
beforeAll(async () => {
  demo = await startDemoUpstream();
  client = new OpenAI({ apiKey: 'unused', baseURL: demo.url.href, maxRetries: 0 });
});
afterAll(() => demo.close());

const post = (path: string, body: string, init: RequestInit = {}) =>
  fetch(`${demo.url}${path}`, { method: 'POST', body, ...init });

describe('the upstream of --demo', () => {
  it('streams a response that the official client puts together, under a model name that tells', async () => {
    const stream = client.responses.stream({ model: 'gpt-5.5', input: 'Reply with exactly ok.' });
    const types: string[] = [];
    let next = 0;
    for await (const event of stream) {
      types.push(event.type);
      expect(event.sequence_number).toBe(next++);
    }
    const response = await stream.finalResponse();
    expect(response).toMatchObject({ output_text: 'ok', model: 'demo/gpt-5.5', status: 'completed' });
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it('gives the whole usage, with the cached and the reasoning tokens (bifrost#891)', async () => {
    const response = await client.responses.create({
      model: 'gpt-5.5',
      input: 'Hello',
      reasoning: { effort: 'low' },
    });
    const { usage } = response;
    expect(usage?.input_tokens_details.cached_tokens).toBe(0);
    expect(usage?.output_tokens_details.reasoning_tokens).toBe(64);
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
  });

  it('calls a tool of chat completions, streamed, and counts what the client asks it to count', async () => {
    const stream = client.chat.completions.stream({
      model: 'gpt-5.5',
      messages: [{ role: 'user', content: 'list files' }],
      tools: [{ type: 'function', function: { name: 'exec_command', parameters: {} } }],
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'exec_command', arguments: '{"cmd":"ls"}' } }] },
    });
    expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  });

  it('answers chat completions without a stream', async () => {
    const completion = await client.chat.completions.create({
      model: 'gomodel-demo',
      messages: [{ role: 'user', content: 'Reply with exactly ok.' }],
    });
    expect(completion).toMatchObject({ model: 'gomodel-demo', choices: [{ message: { content: 'ok' } }] });
  });

  it('gives the same answer to the same request', async () => {
    const body = JSON.stringify({ model: 'm', input: 'Hello' });
    const answers = await Promise.all([0, 1].map(async () => (await post('/responses', body)).json()));
    expect(answers[0]).toMatchObject({ id: expect.any(String), output: [{ type: 'message' }] });
    const withoutClock = answers.map((answer) => ({
      ...Object(answer),
      created_at: 0,
      completed_at: 0,
      usage: 0,
    }));
    expect(withoutClock[1]).toEqual(withoutClock[0]);
  });

  it('lists a model, and answers compaction with items that hold the conversation', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['gomodel-demo']);
    const user = { type: 'message', role: 'user', content: 'Hello' };
    const compacted = await post('/responses/compact', JSON.stringify({ model: 'm', input: [user] }));
    expect(await compacted.json()).toMatchObject({ output: [user, { type: 'compaction' }] });
  });

  it('gives Codex a catalog in its own form (codex-lb#1163)', async () => {
    const catalog = await fetch(`${demo.url}/models?client_version=0.169.0`);
    expect(await catalog.json()).toEqual({ models: [] });
  });

  it.each([
    ['GET', '/nothing', undefined, 404],
    ['POST', '/nothing', '{}', 404],
    ['POST', '/responses', '{"input":', 400],
    ['GET', '//', undefined, 404],
  ])('refuses %s %s with body %s as JSON with status %i', async (method, path, body, status) => {
    const response = await fetch(`${demo.url}${path}`, { method, ...(body && { body }) });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });

  it('goes on after a client that left in mid-stream', async () => {
    const abort = new AbortController();
    const body = JSON.stringify({ model: 'm', input: 'Hello', stream: true });
    const response = await post('/responses', body, { signal: abort.signal });
    abort.abort();
    await expect(response.text()).rejects.toThrow();
    expect((await fetch(`${demo.url}/models`)).status).toBe(200);
  });
});
