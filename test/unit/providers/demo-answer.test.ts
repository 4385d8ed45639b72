import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAnswer } from '../../../src/providers/demo/decide-answer.ts';
import { createUsageEstimator } from '../../../src/providers/demo/estimate-usage.ts';
import { parseAsk } from '../../../src/providers/demo/parse-ask.ts';
import { planPauses } from '../../../src/providers/demo/send-events.ts';
import { splitText } from '../../../src/providers/demo/split-text.ts';

const EXEC_COMMAND = { type: 'function', name: 'exec_command', parameters: {} };
const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const answerTo = (body: object) => decideAnswer(parseAsk(body), 100);

describe('what the demo answers', () => {
  it.each([
    ['Reply with exactly ok and no punctuation.', 'ok'],
    ['Reply with exactly: hello there', 'hello there'],
    ['reply with exactly "It works." and nothing else', 'It works.'],
    ['Hi! Please reply with exactly `42`.', '42'],
  ])('answers %j with %j alone', (prompt, text) => {
    expect(answerTo({ input: [user(prompt)] })).toEqual({ kind: 'text', text });
  });

  it('says that it is the demo and repeats the last question, not an earlier one', () => {
    const answer = answerTo({ input: [user('the first'), user('the second')] });
    expect(answer).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/demo of gomodel-ts.*“the second”/),
    });
  });

  it('echoes the beginning of a long question only', () => {
    const answer = answerTo({ input: 'word '.repeat(10_000) });
    expect(answer.kind === 'text' && answer.text.length).toBeLessThan(600);
  });

  it.each([
    [
      'a function of its own',
      [EXEC_COMMAND],
      [],
      { kind: 'call', tool: { name: 'exec_command' }, input: '{"cmd":"ls"}' },
    ],
    [
      "JavaScript, for the models of which it is Codex's only tool",
      [],
      [
        {
          type: 'additional_tools',
          role: 'developer',
          tools: [{ type: 'namespace', name: 'functions', tools: [{ type: 'custom', name: 'exec' }] }],
        },
      ],
      { kind: 'call', tool: { name: 'exec', namespace: 'functions' } },
    ],
    [
      'a chat function',
      [{ type: 'function', function: { name: 'shell_command' } }],
      [],
      { kind: 'call', input: '{"command":"ls"}' },
    ],
  ])('lists files by %s', (_title, tools, items, expected) => {
    expect(answerTo({ tools, input: [...items, user('list the files here')] })).toMatchObject(expected);
  });

  it('calls no tool that the client did not offer', () => {
    expect(answerTo({ tools: [{ type: 'web_search' }], input: 'list the files' }).kind).toBe('text');
  });

  it.each([
    ['its output', { type: 'function_call_output', call_id: 'c', output: 'Output:\na.txt\nb.txt\n' }],
    ['a compaction', { type: 'compaction', encrypted_content: 'x' }],
  ])('ends the turn after %s instead of calling the tool for ever', (_title, item) => {
    const body = { tools: [EXEC_COMMAND], input: [user('list the files'), item] };
    expect(answerTo(body).kind).toBe('text');
  });

  it("ends the turn where the client's own summary quotes the wish", () => {
    const summary = `Another model summarised: the user said list the files. ${'More of it. '.repeat(40)}`;
    expect(answerTo({ tools: [EXEC_COMMAND], input: [user(summary)] }).kind).toBe('text');
  });

  it('counts the lines that the tool printed, without the report above them', () => {
    const output = 'Chunk ID: 1\nProcess exited with code 0\nOutput:\na.txt\nb.txt\n';
    const answer = answerTo({ input: [user('ls'), { type: 'function_call_output', output }] });
    expect(answer).toMatchObject({ text: expect.stringContaining('(2 lines)') });
  });

  it('answers any JSON at all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (body, input) => {
        expect(decideAnswer(parseAsk(body), 1).kind).toBe('text');
        expect(decideAnswer(parseAsk({ input, tools: input, messages: null }), 1).kind).toBeTypeOf('string');
      }),
    );
  });
});

describe('how the demo splits a text', () => {
  it('into at most 40 pieces that join to it again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const pieces = splitText(text);
        expect(pieces.join('')).toBe(text);
        expect(pieces.length).toBeLessThanOrEqual(40);
        expect(pieces).not.toContain('');
      }),
    );
  });
});

it('takes less than a second over a stream of any length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (events) => {
      expect(planPauses(events) * events).toBeLessThan(1000);
    }),
  );
});

describe("the demo's usage", () => {
  const long = 'x'.repeat(20_000);
  const body = (session: string, ...texts: string[]) => ({
    prompt_cache_key: session,
    instructions: long,
    input: texts.map(user),
  });

  it('counts as cached what the same session sent before, and nothing of another', () => {
    const estimate = createUsageEstimator();
    expect(estimate(parseAsk(body('a', 'one')), 'answer').cachedTokens).toBe(0);
    const second = estimate(parseAsk(body('a', 'one', 'two')), 'answer');
    expect(second.cachedTokens).toBeGreaterThan(4000);
    expect(second.cachedTokens).toBeLessThan(second.inputTokens);
    expect(second.cachedTokens % 128).toBe(0);
    expect(estimate(parseAsk(body('b', 'one', 'two')), 'answer').cachedTokens).toBe(0);
  });

  it('counts reasoning as output only where the request reasons', () => {
    const estimate = createUsageEstimator();
    const plain = estimate(parseAsk({ input: 'hi' }), 'four');
    const reasoned = estimate(parseAsk({ input: 'hi', reasoning: { effort: 'low' } }), 'four');
    expect(plain).toMatchObject({ outputTokens: 1, reasoningTokens: 0 });
    expect(reasoned).toMatchObject({ outputTokens: 65, reasoningTokens: 64 });
  });
});
