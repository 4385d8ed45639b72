import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/time/clock.ts';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import type { DialectSpec } from '../../src/translate/translation.ts';
import { median } from './summarize.ts';

/** What a translation costs, at the median. */
interface TranslationFigures {
  readonly dialect: string;
  /** From the client's body to the provider's: 40 KB, as Codex begins a session. */
  readonly requestMs: number;
  /** From the provider's first bytes to the first event. */
  readonly firstEventMs: number;
  /** A piece of text, of some hundred in an answer. */
  readonly microsecondsPerEvent: number;
}

const ROUNDS = 400;
const WARM_UP = 100;
const DELTAS = 300;

const TOOLS = Array.from({ length: 20 }, (_, index) => ({
  type: 'function',
  name: `tool_${index}`,
  description: 'What it does, and when. '.repeat(30),
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
}));
const REQUEST = Buffer.from(
  JSON.stringify({
    model: 'any',
    stream: true,
    store: false,
    tools: TOOLS,
    reasoning: { effort: 'medium', summary: 'auto' },
    input: [
      { type: 'message', role: 'developer', content: 'You are a coding agent. '.repeat(900) },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Reply with ok.' }] },
    ],
  }),
);

const sse = (data: object, name?: string): Buffer =>
  Buffer.from(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
const deltas = (write: (text: string) => Buffer): Buffer[] =>
  Array.from({ length: DELTAS }, (_, index) => write(` word ${index}`));

const chatEvent = (delta: object, reason: string | null): Buffer =>
  sse({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'any',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    usage: null,
  });
const anthropicEvent = (data: { readonly type: string } & Record<string, unknown>): Buffer =>
  sse(data, data.type);
const geminiEvent = (text: string, finishReason?: string): Buffer =>
  sse({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }] });

const USAGE = { input_tokens: 1, output_tokens: 1 };

const CASES: readonly { readonly spec: DialectSpec; readonly model: string; readonly events: Buffer[] }[] = [
  {
    spec: createChatSpec(),
    model: 'any',
    events: [...deltas((content) => chatEvent({ content }, null)), chatEvent({}, 'stop')],
  },
  {
    spec: createAnthropicSpec(),
    model: 'claude-sonnet-5',
    events: [
      anthropicEvent({
        type: 'message_start',
        message: { id: 'm', model: 'any', content: [], usage: USAGE },
      }),
      anthropicEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...deltas((text) =>
        anthropicEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      anthropicEvent({ type: 'content_block_stop', index: 0 }),
      anthropicEvent({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: USAGE }),
      anthropicEvent({ type: 'message_stop' }),
    ],
  },
  {
    spec: geminiSpec,
    model: 'gemini-3-flash-preview',
    events: [...deltas((text) => geminiEvent(text)), geminiEvent('', 'STOP')],
  },
];

/** Measures each translation by itself, without a network. @throws Error where an answer does not end */
export const measureTranslation = (): TranslationFigures[] => {
  const translate = createTranslate({ sealer: createSealer(randomBytes(32)), clock: systemClock });
  return CASES.map(({ spec, model, events }) => {
    const [requests, firsts, each]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      const asked = performance.now();
      const translation = translate({ api: 'responses', path: '/responses', body: REQUEST, model, spec });
      const written = performance.now();
      const answer = translation.answer(200, 'text/event-stream');
      let first: number | undefined;
      let last = '';
      for (const event of events) {
        const bytes = answer.push(event);
        if (bytes.length === 0) continue;
        first ??= performance.now();
        last = bytes.toString('latin1');
      }
      last += answer.end().toString('latin1');
      const ended = performance.now();
      if (first === undefined || !last.includes('response.completed')) {
        throw new Error(`the answer of ${spec.dialect} did not end`);
      }
      if (round < WARM_UP) continue;
      requests.push(written - asked);
      firsts.push(first - written);
      each.push(((ended - first) * 1000) / events.length);
    }
    return {
      dialect: spec.dialect,
      requestMs: median(requests),
      firstEventMs: median(firsts),
      microsecondsPerEvent: median(each),
    };
  });
};
