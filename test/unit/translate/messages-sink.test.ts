import { describe, expect, it } from 'vitest';
import type { AnswerSink } from '../../../src/translate/answer-sink.ts';
import type { AnswerWriter } from '../../../src/translate/answer-writer.ts';
import type { ThinkingForm } from '../../../src/translate/messages/read-options.ts';
import { openThought } from '../../../src/translate/messages/thought-seal.ts';
import { createMessagesJson, createMessagesStream } from '../../../src/translate/messages/write-answer.ts';
import { createToolNames } from '../../../src/translate/responses/tool-names.ts';
import { withStops } from '../../../src/translate/wrap/stop-sequences.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

const createWriter = (form: 'stream' | 'json', thinking: ThinkingForm = 'shown'): AnswerWriter =>
  (form === 'stream' ? createMessagesStream : createMessagesJson)({
    names: createToolNames(),
    sealer: testSealer,
    clock: { now: () => 1_763_769_600_000 },
    model: 'asked-for',
    thinking,
  });

/** The events that a sink writes, but for those around them. */
const eventsOf = (tell: (sink: AnswerSink) => void, thinking?: ThinkingForm): Event[] => {
  const writer = createWriter('stream', thinking);
  tell(writer.sink);
  return (writer.take() + writer.end())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Event);
};

/** Blocks as a client puts them together: it relies on their being written one after another. */
const blocksOf = (events: readonly Event[]): unknown[] => {
  const blocks: unknown[] = [];
  let open: { index: unknown; type: unknown; parts: string[] } | undefined;
  for (const event of events) {
    if (event.type === 'content_block_start') {
      expect(open).toBeUndefined();
      expect(event.index).toBe(blocks.length);
      open = { index: event.index, type: (event.content_block as Event).type, parts: [] };
    } else if (event.type === 'content_block_delta') {
      expect(event.index).toBe(open?.index);
      const { type: _, signature: __, ...delta } = event.delta as Event;
      open?.parts.push(...Object.values(delta).map(String));
    } else if (event.type === 'content_block_stop') {
      blocks.push([open?.type, open?.parts.join('')]);
      open = undefined;
    }
  }
  return blocks;
};

const STATE = { dialect: 'chat', data: { text: 'x' } } as const;

describe('a Messages stream', () => {
  it('writes calls that grow side by side one after another', () => {
    const events = eventsOf((sink) => {
      sink.begin({ model: 'm' });
      sink.text('Look');
      sink.callBegin('0', { callId: 'a', name: 'one' });
      sink.callBegin('1', { callId: 'b', name: 'two' });
      sink.callArguments('1', '{"y":');
      sink.callArguments('0', '{"x":1}');
      sink.text('afterwards');
      sink.callArguments('1', '2}');
      sink.finish('calls');
    });
    expect(blocksOf(events)).toEqual([
      ['text', 'Look'],
      ['tool_use', '{"x":1}'],
      ['tool_use', '{"y":2}'],
      ['text', 'afterwards'],
    ]);
    expect(events.at(-2)).toMatchObject({ type: 'message_delta', delta: { stop_reason: 'tool_use' } });
  });

  it('does not pass on a call whose input is not an object', () => {
    for (const json of ['{"x":', '[1]', '"ls"']) {
      const events = eventsOf((sink) => {
        sink.callBegin('0', { callId: 'a', name: 'one' });
        sink.callArguments('0', json);
        sink.finish('calls');
      });
      expect(events.at(-1)).toMatchObject({
        type: 'error',
        error: { type: 'api_error', message: expect.stringContaining('one') },
      });
      expect(events.some(({ type }) => type === 'message_stop')).toBe(false);
    }
  });

  it('ends a call that a limit cut off as Anthropic does, and leaves it out of a message in one piece', () => {
    const tell = (sink: AnswerSink): void => {
      sink.text('I');
      sink.callBegin('0', { callId: 'a', name: 'one' });
      sink.callArguments('0', '{"x":');
      sink.finish('length');
    };
    expect(blocksOf(eventsOf(tell))).toEqual([
      ['text', 'I'],
      ['tool_use', '{"x":'],
    ]);
    const writer = createWriter('json');
    tell(writer.sink);
    expect(JSON.parse(writer.end())).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'text', text: 'I' }],
    });
  });

  it('gives each call an id that the API takes, and no two the same', () => {
    const events = eventsOf((sink) => {
      for (const [key, callId] of ['same', 'same', 'functions.x:0', undefined].entries()) {
        sink.callBegin(String(key), { name: 'one', ...(callId !== undefined && { callId }) });
        sink.callArguments(String(key), '{}');
      }
      sink.finish('calls');
    });
    const ids = events.flatMap((event) =>
      event.type === 'content_block_start' ? [String((event.content_block as Event).id)] : [],
    );
    expect(ids[0]).toBe('same');
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  it('signs each thought with what its provider wants back, or with its own word that it wants nothing', () => {
    const events = eventsOf((sink) => {
      sink.reasoning('one');
      sink.reasoningState(STATE);
      sink.reasoning('two');
      sink.text('ok');
      sink.finish('stop');
    });
    const signatures = events.flatMap((event) => {
      const { type, signature } = (event.delta ?? {}) as Event;
      return type === 'signature_delta' ? [openThought(String(signature), testSealer)] : [];
    });
    expect(signatures).toEqual([
      { isOurs: true, state: STATE },
      { isOurs: true, state: undefined },
    ]);
    expect(blocksOf(events).at(-1)).toEqual(['text', 'ok']);
  });

  it('hides a state before what follows it, and ends no message with one', () => {
    const events = eventsOf((sink) => {
      sink.text('I look.');
      sink.reasoningState(STATE);
      sink.callBegin('0', { callId: 'a', name: 'one' });
      sink.finish('calls');
    });
    expect(blocksOf(events).map((block) => (block as string[])[0])).toEqual([
      'text',
      'redacted_thinking',
      'tool_use',
    ]);
    const last = eventsOf((sink) => {
      sink.text('ok');
      sink.reasoningState(STATE);
      sink.finish('stop');
    });
    expect(blocksOf(last)).toEqual([['text', 'ok']]);
  });

  it('shows no thoughts to who asked for none, and nothing of them where no turn can need them', () => {
    const tell = (sink: AnswerSink): void => {
      sink.reasoning('secret');
      sink.reasoningState(STATE);
      sink.text('ok');
      sink.finish('stop');
    };
    expect(blocksOf(eventsOf(tell, 'sealed'))).toEqual([
      ['redacted_thinking', ''],
      ['text', 'ok'],
    ]);
    expect(blocksOf(eventsOf(tell, 'dropped'))).toEqual([['text', 'ok']]);
  });

  it('counts as the API does: what the cache had is beside the input', () => {
    const events = eventsOf((sink) => {
      sink.text('ok');
      sink.usage({
        ...{ inputTokens: 100, cachedInputTokens: 60, cacheWriteTokens: 30, cacheWrite1hTokens: 10 },
        ...{ outputTokens: 20, reasoningTokens: 5 },
      });
      sink.finish('stop');
    });
    expect(events.at(-2)?.usage).toEqual({
      input_tokens: 10,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
      output_tokens: 20,
      output_tokens_details: { thinking_tokens: 5 },
    });
  });

  it('says of a conversation that is too long what makes Claude Code shorten it', () => {
    const message =
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130501 tokens.";
    const [error] = eventsOf((sink) => sink.fail({ code: 'context_length_exceeded', message })).slice(-1);
    expect(error).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringMatching(/^prompt is too long: 130501 tokens > 128000 maximum/),
      },
    });
  });

  it('keeps its client waiting with pings', () => {
    const types = eventsOf((sink) => {
      sink.alive?.();
      sink.alive?.();
    }).map(({ type }) => type);
    expect(types).toEqual(['message_start', 'ping', 'ping', 'ping']);
  });
});

describe('stop sequences that a provider is not told', () => {
  const run = (stops: readonly string[], deltas: readonly string[]): Event[] =>
    eventsOf((own) => {
      const { sink } = withStops({ ...createWriter('stream'), sink: own }, stops);
      for (const delta of deltas) sink.text(delta);
      sink.usage({ inputTokens: 5, outputTokens: 9 });
      sink.finish('stop');
    });

  it.each([[['one</b>two']], [['one<', '/', 'b', '>two']], [['o', 'ne</', 'b>', 'two</b>']]])(
    'end the answer before them, wherever the text is cut: %j',
    (deltas) => {
      const events = run(['</b>', 'nowhere'], deltas);
      expect(blocksOf(events)).toEqual([['text', 'one']]);
      expect(events.at(-2)).toMatchObject({
        delta: { stop_reason: 'stop_sequence', stop_sequence: '</b>' },
        usage: { output_tokens: 9 },
      });
    },
  );

  it('let all of a text through that only begins like one', () => {
    const events = run(['</b>'], ['a</', 'i> b', ' <', '/']);
    expect(blocksOf(events)).toEqual([['text', 'a</i> b </']]);
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn', stop_sequence: null } });
  });
});
