import { describe, expect, it } from 'vitest';
import { chunk, sse, translateFor } from '../../../support/translate/translate-for.ts';

const tools = [
  {
    type: 'function',
    name: 'exec_command',
    parameters: {
      type: 'object',
      properties: {
        cmd: { type: 'string' },
        wait: { type: 'integer' },
        env: { type: 'object' },
        why: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
    },
  },
  { type: 'custom', name: 'apply_patch' },
];
const asked = (provider = 'deepseek') =>
  translateFor(provider, 'responses', { input: 'Hi', tools, stream: true });

type Told = readonly [type: string, text: string];
interface Item {
  readonly type: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly content?: readonly { readonly text: string }[];
}

const itemsOf = (told: readonly Record<string, unknown>[]): Told[] => {
  const { type, response } = told.at(-1) as { type: string; response: { output: Item[] } };
  if (type !== 'response.completed') return [['failed', type]];
  return response.output.map((item) => [
    item.name ?? item.type,
    item.arguments ?? item.input ?? item.content?.map(({ text }) => text).join('') ?? '',
  ]);
};
const read = (pieces: readonly string[], provider?: string, reason = 'stop'): Told[] => {
  const chunks = pieces.map((content) => chunk({ content }));
  return itemsOf(asked(provider).told(sse(...chunks, chunk({}, reason), '[DONE]')).told);
};

/** What a text comes to, in one piece, by characters, and wherever it is split. */
const expectTold = (text: string, told: readonly Told[], provider?: string): void => {
  expect(read([text], provider)).toEqual(told);
  expect(read([...text], provider)).toEqual(told);
  for (let at = 1; at < text.length; at += 3) {
    expect([at, read([text.slice(0, at), text.slice(at)], provider)]).toEqual([at, told]);
  }
};

const CALL = ['exec_command', '{"cmd":"ls -la"}'] as const;

describe('K10: a call that was left in the text', () => {
  // TokenRhythm/opensquilla#985, lsdefine/GenericAgent#804, cline/cline#13348
  it.each(['｜', '｜｜', '|', '‖'])('in the DSML of DeepSeek, with %s', (pipe) => {
    const mark = `${pipe}DSML${pipe}`;
    const parameter = `<${mark}parameter name="cmd" string="true">ls -la</${mark}parameter>`;
    const invoke = `<${mark}invoke name="exec_command">\n${parameter}\n</${mark}invoke>`;
    for (const name of ['tool_calls', 'function_calls']) {
      expectTold(`I look.\n\n<${mark}${name}>\n${invoke}\n</${mark}${name}>\n`, [
        ['message', 'I look.\n\n'],
        CALL,
      ]);
    }
    expectTold(invoke, [CALL]);
  });

  it('in the DSML of DeepSeek, with values of each type and two calls', () => {
    const mark = '｜DSML｜';
    const parameter = (name: string, isText: boolean, value: string) =>
      `<${mark}parameter name="${name}" string="${isText}">${value}</${mark}parameter>`;
    const first = `${parameter('cmd', true, 'if [ 1 < 2 ]; then echo "a\nb"; fi')}${parameter('wait', false, '5')}`;
    const second = parameter('env', false, '{"A":"b"}');
    const invoke = (inside: string) => `<${mark}invoke name="exec_command">\n${inside}\n</${mark}invoke>\n`;
    expect(read([`<${mark}tool_calls>\n${invoke(first)}${invoke(second)}</${mark}tool_calls>`])).toEqual([
      ['exec_command', JSON.stringify({ cmd: 'if [ 1 < 2 ]; then echo "a\nb"; fi', wait: 5 })],
      ['exec_command', '{"env":{"A":"b"}}'],
    ]);
  });

  it('in the format of Hermes, twice', () => {
    const call = '<tool_call>\n{"name": "exec_command", "arguments": {"cmd": "ls -la"}}\n</tool_call>';
    expectTold(`Sure.\n${call}\n${call}`, [['message', 'Sure.\n'], CALL, CALL], 'compatible');
  });

  it("in the format of Qwen's coders, whose schema says what is a number", () => {
    const call =
      '<function=exec_command>\n<parameter=cmd>\n12\n</parameter>\n<parameter=wait>\n5\n</parameter>\n<parameter=why>\ntrue\n</parameter>\n</function>';
    const told: Told[] = [['exec_command', '{"cmd":"12","wait":5,"why":"true"}']];
    expectTold(`<tool_call>\n${call}\n</tool_call>`, told, 'compatible');
    expectTold(call, told, 'alibaba');
  });

  it('in the format of GLM', () => {
    const call =
      '<tool_call>exec_command\n<arg_key>cmd</arg_key>\n<arg_value>ls -la</arg_value>\n<arg_key>wait</arg_key>\n<arg_value>5</arg_value>\n</tool_call>';
    expectTold(call, [['exec_command', '{"cmd":"ls -la","wait":5}']], 'zai');
  });

  it('in the format of Kimi', () => {
    const call =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.exec_command:0<|tool_call_argument_begin|>{"cmd":"ls -la"}<|tool_call_end|><|tool_calls_section_end|>';
    expectTold(`Now.${call}`, [['message', 'Now.'], CALL], 'moonshot');
  });

  // MiniMax-AI/MiniMax-M2.5#10
  it('in the format of MiniMax', () => {
    const call =
      '<minimax:tool_call>\n<invoke name="exec_command">\n<parameter name="cmd">ls -la</parameter>\n</invoke>\n</minimax:tool_call>';
    expectTold(call, [CALL], 'minimax');
  });

  it.each([
    'exec_command<｜tool▁sep｜>{"cmd":"ls -la"}',
    'function<｜tool▁sep｜>exec_command\n```json\n{"cmd":"ls -la"}\n```',
  ])('in the older formats of DeepSeek: %s', (inside) => {
    const call = `<｜tool▁call▁begin｜>${inside}<｜tool▁call▁end｜>`;
    expectTold(`<｜tool▁calls▁begin｜>${call}<｜tool▁calls▁end｜>`, [CALL]);
  });

  it('in the format of Mistral', () => {
    expectTold('[TOOL_CALLS][{"name":"exec_command","arguments":{"cmd":"ls -la"}}]', [CALL], 'vllm');
  });

  it('of a custom tool', () => {
    const patch = '*** Begin Patch\n*** Add File: a\n+b\n*** End Patch';
    const mark = '｜DSML｜';
    const call = `<${mark}invoke name="apply_patch"><${mark}parameter name="input" string="true">${patch}</${mark}parameter></${mark}invoke>`;
    expectTold(call, [['apply_patch', patch]]);
  });

  it('after a thought, and for a client of the Messages API', () => {
    const request = {
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [
        { name: 'Bash', input_schema: { type: 'object', properties: { command: { type: 'string' } } } },
      ],
    };
    const content = '<think>Hm</think>\n<tool_call>{"name":"Bash","arguments":{"command":"ls"}}</tool_call>';
    const { told } = translateFor('ollama', 'messages', request).told({
      id: 'x',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    });
    expect(told[0]).toMatchObject({ stop_reason: 'tool_use' });
    expect(told[0]?.content).toContainEqual(
      expect.objectContaining({ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }),
    );
  });

  it('counts once where the server tells of it as well', () => {
    const content = '<tool_call>{"name":"exec_command","arguments":{"cmd":"ls -la"}}</tool_call>';
    const made = { index: 0, id: 'c', function: { name: 'exec_command', arguments: '{"cmd":"ls -la"}' } };
    const stream = sse(chunk({ content }), chunk({ tool_calls: [made] }), chunk({}, 'tool_calls'), '[DONE]');
    expect(itemsOf(asked('compatible').told(stream).told)).toEqual([CALL]);
  });

  it('and is not whole is no answer', () => {
    const begun = '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="exec_command">\n<｜DSML｜parameter name="cmd"';
    expect(read([begun])).toEqual([['failed', 'response.failed']]);
    expect(read([begun], 'deepseek', 'length')).toEqual([['failed', 'response.incomplete']]);
    // The model ended after the last of its calls.
    const whole = '<｜DSML｜invoke name="exec_command">\n{"cmd":"ls -la"}</｜DSML｜invoke>';
    expect(read([`<｜DSML｜tool_calls>\n${whole}`])).toEqual([CALL]);
  });
});

describe('K10: a call that was left in a thought', () => {
  const call = '<tool_call>{"name":"exec_command","arguments":{"cmd":"ls -la"}}</tool_call>';
  const typesOf = (...deltas: object[]) =>
    itemsOf(
      asked('vllm').told(sse(...deltas.map((delta) => chunk(delta)), chunk({}, 'stop'), '[DONE]')).told,
    ).map(([type]) => type);

  // vllm-project/vllm-ascend#8042
  it('is one where there is nothing but the thought', () => {
    expect(typesOf({ reasoning_content: `I look.\n${call}` })).toEqual(['reasoning', 'exec_command']);
    expect(typesOf({ content: `<think>I look.\n${call}` })).toEqual(['reasoning', 'exec_command']);
  });

  it('is a thought where an answer or a call follows', () => {
    expect(typesOf({ reasoning_content: call }, { content: 'ok' })).toEqual(['reasoning', 'message']);
    const made = { index: 0, id: 'c', function: { name: 'exec_command', arguments: '{"cmd":"pwd"}' } };
    expect(typesOf({ reasoning_content: call }, { tool_calls: [made] })).toEqual([
      'reasoning',
      'exec_command',
    ]);
  });
});

describe('K10: the mark that ends a turn', () => {
  // vllm-project/vllm#48645
  it.each(['<|im_end|>', '<|eot_id|>', '<|endoftext|>', '<｜end▁of▁sentence｜>', '<end_of_turn>'])(
    '%s is left out at the end, and a word elsewhere',
    (mark) => {
      expectTold(`Hello.${mark}\n`, [['message', 'Hello.']], 'compatible');
      const text = `A turn ends with ${mark} or so: \`${mark}\``;
      expectTold(text, [['message', text]], 'compatible');
    },
  );

  it('hides no call behind it', () => {
    const call = '<tool_call>{"name":"exec_command","arguments":{"cmd":"ls -la"}}</tool_call>';
    expectTold(`A<|im_end|>\n${call}`, [['message', 'A<|im_end|>\n'], CALL], 'compatible');
  });
});

describe('K10: a text about calls', () => {
  it.each([
    ['of a tool that the client has not', '<tool_call>\n{"name":"rm","arguments":{}}\n</tool_call>'],
    ['in a code block', '```xml\n<tool_call>\n{"name":"exec_command","arguments":{}}\n</tool_call>\n```\nok'],
    ['within a line', 'Write <tool_call>{"name":"exec_command","arguments":{}}</tool_call> for that.'],
    ['whose arguments are no object', '<tool_call>{"name":"exec_command","arguments":[1]}</tool_call>'],
    ['that is not whole', '<tool_call>{"name":"exec_command"'],
    ['with brackets of all kinds', 'a < b [TOOL] <tool <|x|> <｜DSM [0] <function_calls'],
    ['with DSML in a code block', '```\n<｜DSML｜invoke name="exec_command">{}</｜DSML｜invoke>\n```'],
  ])('%s stays a text', (_title, text) => {
    expectTold(text, [['message', text]], 'compatible');
  });

  it('stays a text where the client has no tools', () => {
    const content = '<tool_call>{"name":"exec_command","arguments":{}}</tool_call>';
    const { told } = translateFor('compatible', 'responses', { input: 'Hi' }).told({
      id: 'x',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    });
    expect(told[0]).toMatchObject({ output: [{ type: 'message', content: [{ text: content }] }] });
  });

  it('that never ends is passed on, and in linear time', () => {
    const long = 'x'.repeat(64);
    const pieces = Array.from({ length: 20_000 }, () => long);
    const told = read(['<tool_call>', ...pieces], 'compatible');
    expect(told).toEqual([['message', `<tool_call>${pieces.join('')}`]]);
  });
});
