import { describe, expect, it } from 'vitest';
import type { Ask, AskItem, AskTool } from '../../../../src/translate/ask.ts';
import { geminiSpec } from '../../../../src/translate/gemini/spec.ts';

const user = (text: string): AskItem => ({
  kind: 'message',
  role: 'user',
  parts: [{ kind: 'text', text }],
});
const said = (text: string): AskItem => ({
  kind: 'message',
  role: 'assistant',
  parts: [{ kind: 'text', text }],
});
const call = (callId: string, name: string, json = '{}'): AskItem => ({ kind: 'call', callId, name, json });
const result = (callId: string, text: string): AskItem => ({
  kind: 'result',
  callId,
  parts: [{ kind: 'text', text }],
});
const thought = (data: Record<string, unknown>, text = ''): AskItem => ({
  kind: 'reasoning',
  text,
  state: { dialect: 'gemini', data },
});
const tool = (name: string): AskTool => ({
  kind: 'function',
  name,
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
});

const write = (ask: Partial<Ask>) =>
  geminiSpec.writeRequest({
    model: 'gemini-3-flash-preview',
    items: [user('Hi')],
    tools: [],
    wantsReasoning: false,
    stream: true,
    ...ask,
  });

const PNG = 'data:image/png;base64,aGk=';

describe('a request to Gemini', () => {
  it('goes to the method of its model', () => {
    expect(write({}).path).toBe('/models/gemini-3-flash-preview:streamGenerateContent?alt=sse');
    expect(write({ stream: false }).path).toBe('/models/gemini-3-flash-preview:generateContent');
    expect(write({ model: 'models/gemini-2.5-pro' }).path).toBe(
      '/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    );
    expect(write({ model: 'tunedModels/mine' }).path).toBe('/tunedModels/mine:streamGenerateContent?alt=sse');
    expect(write({ model: '../files?x=' }).path).toBe(
      '/models/..%2Ffiles%3Fx%3D:streamGenerateContent?alt=sse',
    );
  });

  it('has the instructions apart, joins what one side says, and leaves out empty texts', () => {
    const { body, losses } = write({
      items: [
        { kind: 'message', role: 'system', parts: [{ kind: 'text', text: 'Be kind.' }] },
        { kind: 'message', role: 'developer', parts: [{ kind: 'text', text: 'Be brief.' }] },
        user('One'),
        user(''),
        user('Two'),
        said('Three'),
        said(''),
        user('Four'),
      ],
    });
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'Be kind.' }, { text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'One' }, { text: 'Two' }] },
        { role: 'model', parts: [{ text: 'Three' }] },
        { role: 'user', parts: [{ text: 'Four' }] },
      ],
    });
    expect(losses).toEqual([]);
  });

  it('answers calls together, in their order, whatever lies between them and their results', () => {
    const { body, losses } = write({
      model: 'gemini-2.5-flash',
      items: [
        user('Go'),
        said('I look.'),
        call('c1', 'ls', '{"dir":"."}'),
        call('c2', '3d'),
        user('Hurry'),
        result('c2', 'two'),
        { kind: 'result', callId: 'c1', parts: [{ kind: 'text', text: 'no' }], isError: true },
      ],
    });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'Go' }] },
      {
        role: 'model',
        parts: [
          { text: 'I look.' },
          { functionCall: { name: 'ls', args: { dir: '.' } } },
          { functionCall: { name: '_3d', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'ls', response: { error: 'no' } } },
          { functionResponse: { name: '_3d', response: { output: 'two' } } },
        ],
      },
      { role: 'user', parts: [{ text: 'Hurry' }] },
    ]);
    expect(losses).toEqual([]);
  });

  it('gives each signature back on the part that it came with', () => {
    const { body, losses } = write({
      items: [
        user('Go'),
        thought({ thought: 'T1', model: 'gemini-3-pro' }, 'Thinking'),
        said('Hello there'),
        thought({
          text: [
            { at: 0, length: 5, signature: 'S1' },
            { at: 11, length: 0, signature: 'S2' },
          ],
          call: 'C1',
        }),
        call('c1', 'ls'),
        call('c2', 'ls'),
        result('c1', 'a'),
        result('c2', 'b'),
        thought({ parts: [{ toolCall: { id: 't' }, thoughtSignature: 'X' }], call: 'C2' }),
        call('c3', 'ls'),
        result('c3', 'c'),
      ],
    });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'Go' }] },
      {
        role: 'model',
        parts: [
          { text: 'Thinking', thought: true, thoughtSignature: 'T1' },
          { text: 'Hello', thoughtSignature: 'S1' },
          { text: ' there' },
          { text: '', thoughtSignature: 'S2' },
          { functionCall: { id: 'c1', name: 'ls', args: {} }, thoughtSignature: 'C1' },
          { functionCall: { id: 'c2', name: 'ls', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c1', name: 'ls', response: { output: 'a' } } },
          { functionResponse: { id: 'c2', name: 'ls', response: { output: 'b' } } },
        ],
      },
      {
        role: 'model',
        parts: [
          { toolCall: { id: 't' }, thoughtSignature: 'X' },
          { functionCall: { id: 'c3', name: 'ls', args: {} }, thoughtSignature: 'C2' },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { id: 'c3', name: 'ls', response: { output: 'c' } } }] },
    ]);
    expect(losses).toEqual([]);
  });

  it('lets the calls of another model pass, in the current turn only, and says so', () => {
    const items = [
      user('Go'),
      call('c1', 'ls'),
      result('c1', 'a'),
      user('More'),
      { kind: 'reasoning', text: 'Hm', state: { dialect: 'anthropic', data: {} } } as const,
      call('c2', 'ls'),
      call('c3', 'ls'),
      result('c2', 'b'),
      result('c3', 'b'),
    ];
    const { body, losses } = write({ items });
    expect(JSON.stringify(body).match(/skip_thought_signature_validator/g)).toHaveLength(1);
    expect(body).toHaveProperty(
      ['contents', 4, 'parts', 0, 'thoughtSignature'],
      'skip_thought_signature_validator',
    );
    expect(losses).toEqual([
      'reasoning of another model',
      'thought signature of calls that have none (bypassed)',
    ]);
    expect(JSON.stringify(write({ items, model: 'gemini-2.5-pro' }).body)).not.toContain('thoughtSignature');
  });

  it('does not give a signature of Gemini 2.5 to Gemini 3', () => {
    const { body, losses } = write({
      items: [
        user('Go'),
        thought({ call: 'OLD', model: 'gemini-2.5-pro' }),
        call('c1', 'ls'),
        result('c1', 'a'),
      ],
    });
    expect(JSON.stringify(body)).not.toContain('OLD');
    expect(losses).toContain('reasoning of another model');
  });

  it('repairs calls without results and results without calls, and says so', () => {
    const { body, losses } = write({
      model: 'gemini-2.5-flash',
      items: [call('c1', 'ls'), user('Stop'), result('gone', 'lost output')],
    });
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'Go on.' }] },
      { role: 'model', parts: [{ functionCall: { name: 'ls', args: {} } }] },
      {
        role: 'user',
        parts: [
          {
            functionResponse: {
              name: 'ls',
              response: { error: 'There is no result: the call was interrupted before it gave one.' },
            },
          },
        ],
      },
      { role: 'user', parts: [{ text: 'Stop' }, { text: 'lost output' }] },
    ]);
    expect(losses).toEqual([
      'calls without a result (told as interrupted)',
      "results without a call (as the user's words)",
      'a conversation that the model began ("Go on." put before it)',
    ]);
  });

  it('carries images, in results as well, and says which it could not', () => {
    const items: AskItem[] = [
      {
        kind: 'message',
        role: 'user',
        parts: [
          { kind: 'image', url: PNG },
          { kind: 'image', url: 'https://a.example/b.jpg?x=1' },
          { kind: 'file', url: 'file-123' },
          { kind: 'file', url: 'data:text/plain,a%20b' },
          { kind: 'image', url: 'data:image/gif;base64,aGk=' },
        ],
      },
      call('c1', 'view'),
      {
        kind: 'result',
        callId: 'c1',
        parts: [
          { kind: 'text', text: 'see' },
          { kind: 'image', url: PNG },
        ],
      },
    ];
    const modern = write({ items });
    expect(modern.body).toMatchObject({
      contents: [
        {
          parts: [
            { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
            { fileData: { mimeType: 'image/jpeg', fileUri: 'https://a.example/b.jpg?x=1' } },
            { text: '[file: it could not be read]' },
            { inlineData: { mimeType: 'text/plain', data: 'YSBi' } },
            { text: expect.stringContaining('image/gif') },
          ],
        },
        {},
        {
          parts: [
            {
              functionResponse: {
                response: { output: 'see' },
                parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
              },
            },
          ],
        },
      ],
    });
    expect(modern.losses).toContain('file that cannot be read');
    const old = write({ items, model: 'gemini-2.5-flash' });
    expect(old.body).toMatchObject({
      contents: [
        {},
        {},
        { parts: [{ functionResponse: { response: { output: 'see' } } }] },
        { parts: [{ inlineData: { data: 'aGk=' } }] },
      ],
    });
  });

  it('declares functions by their JSON schema, and leaves out a schema that says nothing', () => {
    const parameters = { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] };
    const { body } = write({
      tools: [
        { kind: 'function', name: 'f', description: 'Does f', parameters },
        {
          kind: 'function',
          name: 'g',
          parameters: { type: 'object', properties: {}, additionalProperties: false },
        },
      ],
    });
    expect(body.tools).toEqual([
      {
        functionDeclarations: [
          { name: 'f', description: 'Does f', parametersJsonSchema: parameters },
          { name: 'g' },
        ],
      },
    ]);
    expect(body.toolConfig).toEqual({ functionCallingConfig: { mode: 'AUTO' } });
  });

  it('holds strict tools to their schema where the model can', () => {
    const tools: AskTool[] = [{ kind: 'function', name: 'f', parameters: {}, strict: true }];
    expect(write({ tools }).body.toolConfig).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } });
    expect(write({ tools, model: 'gemini-2.5-pro' })).toMatchObject({
      body: { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
      losses: ['strict schema of a tool'],
    });
  });

  it('puts the search beside functions where the model can have both', () => {
    const tools: AskTool[] = [tool('f'), { kind: 'web_search' }];
    const modern = write({ tools });
    expect(modern.body.tools).toEqual([{ googleSearch: {} }, { functionDeclarations: [expect.anything()] }]);
    expect(modern.body.toolConfig).toEqual({
      functionCallingConfig: { mode: 'VALIDATED' },
      includeServerSideToolInvocations: true,
    });
    expect(modern.losses).toEqual([]);
    const old = write({ tools, model: 'gemini-2.5-pro' });
    expect(old.body.tools).toEqual([{ functionDeclarations: [expect.anything()] }]);
    expect(old.losses).toEqual(['web_search tool beside functions']);
    expect(write({ tools: [{ kind: 'web_search' }], model: 'gemini-2.5-pro' }).body.tools).toEqual([
      { googleSearch: {} },
    ]);
  });

  it.each([
    [{ kind: 'none' }, { mode: 'NONE' }, []],
    [{ kind: 'required' }, { mode: 'ANY' }, []],
    [{ kind: 'tool', name: 'f' }, { mode: 'ANY', allowedFunctionNames: ['f'] }, []],
    [{ kind: 'tool', name: 'other' }, { mode: 'AUTO' }, ['tool_choice of other']],
  ] as const)('carries the tool choice %o', (toolChoice, functionCallingConfig, losses) => {
    const written = write({ tools: [tool('f')], toolChoice });
    expect(written.body.toolConfig).toEqual({ functionCallingConfig });
    expect(written.losses).toEqual(losses);
  });

  it.each([
    ['gemini-3-flash-preview', 'minimal', { thinkingLevel: 'MINIMAL' }, []],
    ['gemini-3-pro-preview', 'medium', { thinkingLevel: 'HIGH' }, ['reasoning effort medium (as high)']],
    ['gemini-3.8-flash', 'none', { thinkingLevel: 'LOW' }, ['reasoning effort none (as low)']],
    ['gemini-4-argon', 'xhigh', { thinkingLevel: 'HIGH' }, ['reasoning effort xhigh (as high)']],
    ['gemini-flash-latest', 'medium', { thinkingLevel: 'MEDIUM' }, []],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }, ['reasoning effort none (as the least)']],
    ['gemini-2.5-pro', 'high', { thinkingBudget: 24_576 }, []],
    ['gemini-2.0-flash', 'high', undefined, ['reasoning effort high']],
    ['gemma-3-27b-it', 'low', undefined, ['reasoning effort low']],
  ] as const)('asks %s to think with effort %s', (model, effort, thinkingConfig, losses) => {
    const { body, losses: listed } = write({ model, effort });
    expect(body.generationConfig).toEqual(thinkingConfig && { thinkingConfig });
    expect(listed).toEqual(losses);
  });

  it('carries limits, sampling, stops and formats', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const { body, losses } = write({
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stop: ['1', '2', '3', '4', '5', '6'],
      format: { kind: 'schema', name: 's', schema },
      verbosity: 'low',
      user: 'u',
      wantsReasoning: true,
      parallelToolCalls: false,
      tools: [tool('f')],
    });
    expect(body.generationConfig).toEqual({
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ['1', '2', '3', '4', '5'],
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
      thinkingConfig: { includeThoughts: true },
    });
    expect(losses).toEqual(['parallel_tool_calls: false', 'verbosity low', 'user']);
  });

  it('carries arguments that are not an object, and says where digits are lost', () => {
    const { body, losses } = write({
      model: 'gemini-2.5-flash',
      items: [user('Go'), call('c1', 'f', '{"a":'), call('c2', 'f', '{"n":12345678901234567890}')],
    });
    expect(body).toHaveProperty(['contents', 1, 'parts', 0, 'functionCall', 'args'], { arguments: '{"a":' });
    expect(losses).toContain('arguments of a call that are not a JSON object (sent as a string)');
    expect(losses).toContain('digits of long numbers in arguments');
  });

  it('puts instructions that stand alone as a question', () => {
    const { body } = write({
      items: [{ kind: 'message', role: 'developer', parts: [{ kind: 'text', text: 'Say hi' }] }],
    });
    expect(body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Say hi' }] }] });
  });

  it('is refused where there is nothing to answer', () => {
    expect(() => write({ items: [] })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
