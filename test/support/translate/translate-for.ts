import { ALL_SPECS } from '../../../src/providers/all-specs.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import { responsesSpec } from '../../../src/translate/responses/spec.ts';
import type { DialectSpec, TranslateInput } from '../../../src/translate/translation.ts';
import { testSealer } from './create-writer.ts';

const translate = createTranslate({ sealer: testSealer, clock: { now: () => 0, monotonic: () => 0 } });
const PATHS = { responses: '/responses', chat: '/chat/completions', messages: '/messages' } as const;
const OTHERS: Readonly<Record<string, DialectSpec>> = {
  anthropic: createAnthropicSpec(),
  gemini: geminiSpec,
  openai: responsesSpec,
};

/** The spec of a kind of provider, as the gateway asks it. @param provider its id */
const specFor = (provider: string): DialectSpec =>
  OTHERS[provider] ?? createChatSpec(ALL_SPECS.find(({ id }) => id === provider)?.chat);

interface ToldAnswer {
  readonly status: number;
  readonly text: string;
  /** The data of its events, or the one object. */
  readonly told: readonly Record<string, unknown>[];
}

interface TranslatedFor {
  // biome-ignore lint/suspicious/noExplicitAny: what a provider is sent has many forms
  readonly body: any;
  readonly losses: readonly string[];
  /** What a client is told where its provider answers this: a stream as text, else an object. */
  told(answer: string | object, status?: number): ToldAnswer;
}

const dataOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);

/** Translates one request for a kind of provider, without one. */
export const translateFor = (
  provider: string,
  api: TranslateInput['api'],
  request: object,
  model = 'm',
): TranslatedFor => {
  const translation = translate({
    api,
    path: PATHS[api],
    body: Buffer.from(JSON.stringify({ model, ...request })),
    model,
    spec: specFor(provider),
  });
  return {
    body: JSON.parse(translation.body.toString('utf8')),
    losses: translation.losses,
    told: (answer, status = 200) => {
      const isStream = typeof answer === 'string';
      const reader = translation.answer(status, isStream ? 'text/event-stream' : 'application/json');
      const begun = reader.push(Buffer.from(isStream ? answer : JSON.stringify(answer))).toString('utf8');
      const text = begun + reader.end().toString('utf8');
      const isObject = text.startsWith('{');
      return {
        status: reader.whole?.result().status ?? status,
        text,
        told: isObject ? [JSON.parse(text) as Record<string, unknown>] : dataOf(text),
      };
    },
  };
};

export const sse = (...events: readonly (object | string)[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');

/** A chunk of a chat completion. */
export const chunk = (delta: object, reason: string | null = null, more: object = {}): object => ({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: reason, ...more }],
});
