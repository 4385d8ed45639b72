import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { Response as Answered } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { deepseekSpec } from '../../src/providers/specs/deepseek.ts';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import type { DialectSpec, Translation } from '../../src/translate/translation.ts';
import { runs } from '../support/fuzz/budget.ts';
import {
  type Answer,
  answer,
  anthropicStream,
  chatStream,
  geminiStream,
} from '../support/round-trip/answer.ts';
import { TOOLS } from '../support/round-trip/conversation.ts';
import { writeResponsesRequest } from '../support/round-trip/write-responses-request.ts';
import { checkGeminiRequest } from '../support/translate/check-gemini-request.ts';

interface DialectCase {
  readonly spec: DialectSpec;
  readonly model: string;
  readonly stream: (answered: Answer) => Buffer;
  /** What of the answer must stand in the next request, as it stood in the answer; nothing where it had none. */
  readonly wanted: (answered: Answer) => string | undefined;
  readonly check: (body: unknown, model: string) => void;
  /** True where the provider wants the thought itself back, which can be read without a seal. */
  readonly takesPlainThoughts?: boolean;
}

/** An item of a conversation, as clients send back what they got. */
type Item = object & { readonly encrypted_content?: string | null };

const quoted = (text: string): string => JSON.stringify(text);

const CASES: Readonly<Record<string, DialectCase>> = {
  'chat completions': {
    spec: createChatSpec(deepseekSpec.chat),
    model: 'deepseek-model',
    stream: chatStream,
    wanted: ({ thought }) => (thought === undefined ? undefined : `"reasoning_content":${quoted(thought)}`),
    check: () => {},
    takesPlainThoughts: true,
  },
  'Messages of Anthropic': {
    spec: createAnthropicSpec(),
    model: 'claude-opus-5-5',
    stream: anthropicStream,
    wanted: ({ thought, signature }) =>
      thought === undefined
        ? undefined
        : `{"type":"thinking","thinking":${quoted(thought)},"signature":${quoted(signature)}}`,
    check: () => {},
  },
  Gemini: {
    spec: geminiSpec,
    model: 'gemini-3-flash-preview',
    stream: geminiStream,
    wanted: ({ calls: [call], signature }) =>
      call === undefined
        ? `{"text":"","thoughtSignature":"${signature}"}`
        : `{"functionCall":${JSON.stringify({ id: call.id, name: TOOLS[call.tool].wireName, args: call.args })},"thoughtSignature":"${signature}"}`,
    check: (body, model) => {
      const checked = checkGeminiRequest(body, model);
      if ('refusal' in checked) throw new Error(checked.refusal);
    },
  },
};

const NO_OPTIONS = {
  effort: undefined,
  verbosity: undefined,
  parallel: undefined,
  toolChoice: undefined,
  temperature: undefined,
  topP: undefined,
  maxOutputTokens: undefined,
  user: undefined,
  hasFormat: false,
  hasSearch: false,
  isStream: true,
} as const;

const FIRST = [{ type: 'message' as const, role: 'user' as const, content: 'Go on.' }];
const { tools } = writeResponsesRequest({ instructions: undefined, turns: [], options: NO_OPTIONS }, '');

const SECRET = randomBytes(32);
const translateInto = ({ spec, model }: DialectCase, input: readonly Item[]): Translation => {
  // A gateway that has just started: it knows the key, and nothing of what it said before.
  const translate = createTranslate({ sealer: createSealer(SECRET), clock: systemClock });
  const body = Buffer.from(JSON.stringify({ model, input, tools, store: false, stream: true }));
  return translate({ api: 'responses', path: '/responses', body, model, spec });
};

/** What OpenAI's own client reads of a provider's stream that comes in two pieces. */
const readByClient = async (into: DialectCase, answered: Answer, cut: number): Promise<Answered> => {
  const stream = into.stream(answered);
  const place = cut % stream.length;
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'http://gateway.test/v1',
    fetch: async () => {
      const translated = translateInto(into, FIRST).answer(200, 'text/event-stream');
      const bytes = [
        translated.push(stream.subarray(0, place)),
        translated.push(stream.subarray(place)),
        translated.end(),
      ];
      const headers = { 'content-type': translated.contentType };
      return new Response(new Uint8Array(Buffer.concat(bytes)), { headers });
    },
  });
  return client.responses.stream({ model: into.model, input: FIRST }).finalResponse();
};

const resultItem = (type: string, call_id: string): Item => {
  const item = { type, call_id, output: 'done' };
  return item;
};

/** A client's results for each call, so that the conversation can go on. */
const resultsFor = ({ output }: Answered): Item[] =>
  output.flatMap((item): Item[] => {
    if (item.type === 'function_call') {
      return [resultItem('function_call_output', item.call_id)];
    }
    if (item.type !== 'custom_tool_call') return [];
    return [resultItem('custom_tool_call_output', item.call_id)];
  });

const checkRead = (response: Answered, { thought, text = '', calls, isCutOff, usage }: Answer): void => {
  expect(response.status).toBe(isCutOff ? 'incomplete' : 'completed');
  expect(response.output_text).toBe(text);
  const summaries = response.output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  expect(summaries.map((part) => part.text).join('')).toBe(thought ?? '');
  const made = response.output.flatMap((item) => {
    if (item.type === 'custom_tool_call')
      return [{ id: item.call_id, name: item.name, args: { input: item.input } }];
    if (item.type !== 'function_call') return [];
    const name = item.namespace === undefined ? item.name : `${item.namespace}__${item.name}`;
    return [{ id: item.call_id, name, args: JSON.parse(item.arguments) as unknown }];
  });
  const asked = calls.map(({ id, tool, args }) => ({ id, name: TOOLS[tool].wireName, args }));
  expect(made).toEqual(JSON.parse(JSON.stringify(asked)));
  expect(response.usage).toMatchObject({
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.thoughts },
    total_tokens: usage.input + usage.output,
  });
};

/** Another character in the middle of each sealed text. */
const forge = (input: readonly Item[]): Item[] =>
  input.map((item) => {
    const { encrypted_content: sealed } = item;
    if (typeof sealed !== 'string') return item;
    const middle = Math.floor(sealed.length / 2);
    const other = sealed[middle] === 'A' ? 'B' : 'A';
    return { ...item, encrypted_content: sealed.slice(0, middle) + other + sealed.slice(middle + 1) };
  });

describe('an answer on its way back to Responses', () => {
  for (const [api, into] of Object.entries(CASES)) {
    it(`is read by OpenAI's client as it was meant, and returns to ${api} as it came`, async () => {
      await fc.assert(
        fc.asyncProperty(answer, fc.nat(), async (answered, cut) => {
          const response = await readByClient(into, answered, cut);
          checkRead(response, answered);
          const input: Item[] = [...FIRST, ...response.output, ...resultsFor(response), ...FIRST];
          const next = translateInto(into, input);
          const body = next.body.toString('utf8');
          into.check(JSON.parse(body), into.model);
          const wanted = into.wanted(answered);
          if (wanted === undefined) return;
          expect(body).toContain(wanted);
          expect(next.losses).toEqual([]);
          const forged = translateInto(into, forge(input));
          if (into.takesPlainThoughts !== true) expect(forged.body.toString('utf8')).not.toContain(wanted);
          expect(forged.losses).toContain('encrypted reasoning of another provider');
        }),
        { ...runs(1000), interruptAfterTimeLimit: 30_000 },
      );
    }, 120_000);
  }
});
