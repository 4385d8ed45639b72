import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AnthropicUpstream, startAnthropicUpstream } from '../../support/anthropic/upstream.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';

interface Told {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly output?: readonly { readonly id: string; readonly type: string }[];
    readonly error?: { readonly code: string; readonly message: string; readonly param: string };
  };
}

let double: AnthropicUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  double = await startAnthropicUpstream((_request, index) => ({
    say: [{ thinking: `Hm ${index}.` }, { text: `Answer ${index}.` }],
  }));
  gateway = await composeGateway('http://127.0.0.1:9/v1', {
    env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url },
  });
});
afterEach(() => double.close());

const ask = async (request: object): Promise<Told> => {
  const response = await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'anthropic/claude-opus-5-5', ...request }),
  });
  return { status: response.status, body: (await response.json()) as Told['body'] };
};
const user = (content: string) => ({ role: 'user', content });
const reference = ({ id }: { readonly id: string }) => ({ type: 'item_reference', id });
const said = (): string => JSON.stringify(double.accepted.at(-1)?.messages);

describe('K5: a reference to an item', () => {
  it('is the item, over several turns, as the AI SDK refers to them', async () => {
    const input: object[] = [user('One?')];
    for (const question of ['Two?', 'Three?', 'Four?']) {
      const { status, body } = await ask({ input });
      expect(status).toBe(200);
      input.push(...(body.output ?? []).map(reference), user(question));
    }
    // Without its type, as the API also takes it.
    const { status } = await ask({
      input: input.map((item) => ('type' in item ? { id: (item as { id?: unknown }).id } : item)),
    });
    expect(status).toBe(200);
    for (const words of ['One?', 'Answer 0.', 'Answer 1.', 'Three?', 'Answer 2.', 'Four?'])
      expect(said()).toContain(words);
    expect(double.refusals).toEqual([]);
    // The thoughts come back as well.
    expect(said()).toContain('Hm 2.');
  });

  it('is refused with 404 where nobody has it', async () => {
    const { body } = await ask({ input: [user('One?')], store: false });
    const known = body.output?.[0];
    for (const id of ['msg_unknown', known?.id]) {
      const told = await ask({ input: [user('One?'), { type: 'item_reference', id }, user('Two?')] });
      expect(told).toMatchObject({
        status: 404,
        body: { error: { code: 'item_not_found', param: 'input' } },
      });
      expect(told.body.error?.message).toContain(`Item with id '${id}' not found`);
    }
    expect(double.accepted).toHaveLength(1);
  });
});

describe('K5: a stored response', () => {
  it.each([
    ['GET', ''],
    ['GET', '/input_items'],
    ['POST', '/cancel'],
    ['DELETE', ''],
  ])('is refused as OpenAI refuses an unknown one: %s %s', async (method, rest) => {
    const alone = await composeGateway('http://127.0.0.1:9/v1', {
      env: { OPENAI_API_KEY: undefined, ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url },
    });
    const response = await fetch(`${alone.v1}/responses/resp_1${rest}`, { method });
    const { error } = (await response.json()) as Told['body'];
    expect({ status: response.status, error }).toMatchObject({
      status: 404,
      error: { code: 'response_not_found', message: expect.stringContaining("'resp_1' not found") },
    });
    expect(double.requests).toHaveLength(0);
  });
});

describe('K5: what only OpenAI keeps', () => {
  it.each([
    ['conversation', { conversation: 'conv_1' }, 'conv_1'],
    ['conversation', { conversation: { id: 'conv_2' } }, 'conv_2'],
    ['prompt', { prompt: { id: 'pmpt_1', variables: {} } }, 'pmpt_1'],
    ['input', { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] }, 'file-1'],
  ])('is refused in words: %s %j', async (param, request, words) => {
    const told = await ask({ input: 'Hi', ...request });
    expect(told).toMatchObject({ status: 400, body: { error: { code: 'invalid_request', param } } });
    expect(told.body.error?.message).toContain(words);
    expect(double.requests).toHaveLength(0);
  });
});
