import { describe, expect, it } from 'vitest';
import { chunk, sse, translateFor } from '../../../support/translate/translate-for.ts';

const tools = [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }];
const asked = (provider: string) => translateFor(provider, 'responses', { input: 'Hi', tools, stream: true });

interface Told {
  readonly type: string;
  readonly response: { readonly output: readonly object[]; readonly error: object | null };
}
const lastOf = (told: readonly object[]): Told => told.at(-1) as Told;

describe('K1: an answer in several choices', () => {
  // HKUDS/nanobot#1481, as GitHub Copilot answers for Claude
  const made = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
  const choices = [
    { finish_reason: 'tool_calls', message: { role: 'assistant', content: 'On it.' } },
    { finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [made] } },
  ];

  it('has its text and its calls', () => {
    const { told } = asked('compatible').told({ id: 'x', model: 'm', choices });
    expect(lastOf(told)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ type: 'message' }, { type: 'function_call', arguments: '{"a":1}' }] },
    });
  });

  it('is one of them alone where they are numbered', () => {
    const numbered = choices.map((choice, index) => ({ ...choice, index }));
    const { told } = asked('compatible').told({ id: 'x', model: 'm', choices: numbered });
    expect(lastOf(told).response.output).toMatchObject([{ type: 'message' }]);
  });
});

describe('K7: a reason to finish that hides a failure', () => {
  // OleksandrChekhovskyi/hax#15, OpenRouterTeam/openrouter-examples#67
  const stream = (reason: string, native: string) =>
    sse(chunk({ content: 'Hal' }), chunk({}, reason, { native_finish_reason: native }), '[DONE]');

  it.each([
    ['stop', 'network_error'],
    ['stop', 'error'],
    ['error', 'MALFORMED_FUNCTION_CALL'],
  ])('%s, which natively is %s', (reason, native) => {
    expect(lastOf(asked('openrouter').told(stream(reason, native)).told)).toMatchObject({
      type: 'response.failed',
      response: { error: { code: native } },
    });
  });

  it.each([
    ['stop', 'end_turn'],
    ['stop', 'completed'],
    ['tool_calls', 'STOP'],
  ])('%s, which natively is %s, is none', (reason, native) => {
    expect(lastOf(asked('openrouter').told(stream(reason, native)).told).type).toBe('response.completed');
  });
});

describe('K1: items of a Responses stream that all have the same place', () => {
  // router-for-me/CLIProxyAPI#539, kittors/CliRelay#739
  const made = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' });
  const thought = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] };
  const at = (type: string, item: object) => ({
    type: `response.output_item.${type}`,
    output_index: 0,
    item,
  });
  const read = (...items: object[]) => {
    const request = {
      max_tokens: 100,
      stream: true,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    };
    const stream = sse(
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      ...items.flatMap((item) => [at('added', item), at('done', item)]),
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [...new Set(items)] } },
    );
    return translateFor('openai', 'messages', request, 'gpt-5')
      .told(stream)
      .told.flatMap(({ content_block }) => (content_block as { type: string; id?: string }) ?? [])
      .map(({ type, id }) => id ?? type);
  };

  it('are all told, once', () => {
    expect(read(made('one'), thought, made('two'), made('three'))).toEqual([
      'one',
      'thinking',
      'two',
      'three',
    ]);
  });

  it('are told once where an item comes again', () => {
    const one = made('one');
    expect(read(one, one)).toEqual(['one']);
  });
});
