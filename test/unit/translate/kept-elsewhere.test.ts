import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

const translate = createTranslate({ sealer: testSealer, clock: { now: () => 0, monotonic: () => 0 } });
const SPECS: [string, DialectSpec, string][] = [
  ['chat completions', createChatSpec(), 'm'],
  ["Anthropic's Messages", createAnthropicSpec(), 'claude-sonnet-4-5'],
  ['Gemini', geminiSpec, 'gemini-2.5-pro'],
];
const sent = (api: 'responses' | 'chat', spec: DialectSpec, model: string, request: object) => {
  const path = api === 'chat' ? '/chat/completions' : '/responses';
  const body = Buffer.from(JSON.stringify({ model, stream: true, ...request }));
  const { body: written, losses } = translate({ api, path, body, model, spec });
  return { text: written.toString(), losses };
};

describe.each(SPECS)('to %s', (_title, spec, model) => {
  it('K5: sound that OpenAI keeps is refused, since the model would not know it', () => {
    const messages = [
      { role: 'user', content: 'Say yes' },
      { role: 'assistant', audio: { id: 'audio_1' } },
      { role: 'user', content: 'What did you say?' },
    ];
    expect(() => sent('chat', spec, model, { messages })).toThrow(
      'The sound audio_1 is stored by OpenAI only',
    );
  });

  it('07: earlier arguments that are an object already are sent as they are', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: { cmd: 'ls -la' } } };
    const messages = [
      { role: 'user', content: 'List' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'a' },
    ];
    expect(sent('chat', spec, model, { messages }).text).toContain('ls -la');
  });

  it('N4: a summary that is missing is named', () => {
    const input = [{ type: 'compaction' }, { role: 'user', content: 'Go on' }];
    expect(sent('responses', spec, model, { input }).losses).toContain('compaction without its summary');
  });

  it('14: the schema of a tool may come as a text', () => {
    const schema = { type: 'object', properties: { told: { type: 'string' } } };
    const tools = [{ type: 'function', name: 'f', parameters: JSON.stringify(schema) }];
    expect(sent('responses', spec, model, { input: 'Hi', tools }).text).toContain('"told":{"type":"string"}');
  });

  it('04: keys that are renamed are renamed wherever a schema names them', () => {
    const parameters = {
      type: 'object',
      properties: { $a: { type: 'string' }, b: { type: 'string' } },
      required: ['$a'],
      dependentRequired: { $a: ['b'], b: ['$a'] },
      dependentSchemas: { $a: { properties: { b: { minLength: 1 } } } },
    };
    const tools = [{ type: 'function', name: 'f', parameters }];
    const { text } = sent('responses', spec, model, { input: 'Hi', tools });
    if (spec !== geminiSpec) expect(text).not.toContain('$a');
    expect(text).toContain('"_a"');
  });
});

it('K4: an object that may be null is an object for Gemini, which refuses the list (copilot-cli#4623)', () => {
  const items = { type: ['object', 'null'], properties: { a: { type: ['string', 'null'] } } };
  const parameters = { type: 'object', properties: { rows: { type: 'array', items } } };
  const { text } = sent('responses', geminiSpec, 'gemini-2.5-pro', {
    input: 'Hi',
    tools: [{ type: 'function', name: 'f', parameters }],
  });
  expect(text).toContain('"items":{"type":"object","description":"(or null)","properties"');
  expect(text).toContain('"a":{"type":["string","null"]}');
});
