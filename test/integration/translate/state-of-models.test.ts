import { afterEach, describe, expect, it } from 'vitest';
import { openrouterSpec } from '../../../src/providers/specs/openrouter.ts';
import { type ChatUpstream, startChatUpstream } from '../../support/chat-upstream.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

const TOOLS = [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }];

let double: ChatUpstream;
afterEach(() => double.close());

/** A session whose model is another one from turn to turn. @returns the last message of the model in each request */
const playSession = async (api: 'responses' | 'chat', models: readonly string[]): Promise<string[]> => {
  double = await startChatUpstream(
    (_request, index) => ({ thought: `Thought ${index}.`, calls: [{ name: 'look', json: '{}' }] }),
    'openrouter',
  );
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    configure: withProviders([
      providerAt(openrouterSpec, double.url, api === 'chat' ? { native: [] } : {}),
      providerAt(openrouterSpec, double.url, { id: 'other', ...(api === 'chat' && { native: [] }) }),
    ]),
  });
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${gateway.v1}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };
  const history: object[] = [{ role: 'user', content: 'Look.' }];
  for (const model of models) {
    if (api === 'responses') {
      const { output } = await post('/responses', { model, input: history, tools: TOOLS, store: false });
      const items = output as { type: string; call_id?: string }[];
      const id = items.find(({ type }) => type === 'function_call')?.call_id;
      history.push(...items, { type: 'function_call_output', call_id: id, output: 'seen' });
    } else {
      const tools = TOOLS.map(({ type, ...tool }) => ({ type, function: tool }));
      const { choices } = await post('/chat/completions', {
        model,
        messages: history,
        tools,
        reasoning_effort: 'high',
      });
      const [{ message }] = choices as [{ message: { tool_calls: { id: string }[] } }];
      history.push(message, { role: 'tool', tool_call_id: message.tool_calls[0]?.id, content: 'seen' });
    }
  }
  return double.requests.map((request) => JSON.stringify(request.json()));
};

/** Which thoughts a request gives back with what belongs to them. */
const signedIn = (body: string): number[] =>
  [...body.matchAll(/"reasoning_details":\[[^\]]*?Thought (\d)\./g)].map(([, index]) => Number(index));

describe.each(['responses', 'chat'] as const)(
  'N3: over %s, what a model wants back of its thoughts',
  (api) => {
    const CLAUDE = 'openrouter/anthropic/claude-sonnet-5';
    const GPT = 'openrouter/openai/gpt-6';

    it('goes to no other model, and comes back to its own', async () => {
      const bodies = await playSession(api, [CLAUDE, GPT, CLAUDE, GPT]);
      expect(bodies.map(signedIn)).toEqual([[], [], [0], [1]]);
      // No member of a thought goes along without its signature.
      expect(bodies[1]).not.toMatch(/"reasoning":"|reasoning_content/);
    });

    it('goes to no other account', async () => {
      const bodies = await playSession(api, [CLAUDE, CLAUDE.replace('openrouter', 'other'), CLAUDE]);
      expect(bodies.map(signedIn)).toEqual([[], [], [0]]);
    });
  },
);
