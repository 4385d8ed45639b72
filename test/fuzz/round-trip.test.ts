import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { ALL_SPECS } from '../../src/providers/all-specs.ts';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import type { DialectSpec } from '../../src/translate/translation.ts';
import { checkConversation as checkMessages } from '../support/anthropic/check-conversation.ts';
import { checkModel } from '../support/anthropic/check-model.ts';
import { parseRequest } from '../support/anthropic/request-schema.ts';
import { checkConversation, type Flavour } from '../support/chat/check-conversation.ts';
import { parseChatRequest } from '../support/chat/request-schema.ts';
import { runs } from '../support/fuzz/budget.ts';
import { checkCarried } from '../support/round-trip/check-carried.ts';
import { conversation } from '../support/round-trip/conversation.ts';
import {
  fieldsOf,
  type ReadRequest,
  readAnthropicRequest,
  readChatRequest,
  readGeminiRequest,
} from '../support/round-trip/read-request.ts';
import { writeResponsesRequest } from '../support/round-trip/write-responses-request.ts';
import { checkGeminiRequest } from '../support/translate/check-gemini-request.ts';

interface Target {
  readonly spec: DialectSpec;
  readonly model: string;
}

interface DialectCase {
  readonly targets: readonly [Target, ...Target[]];
  readonly read: (body: Readonly<Record<string, unknown>>) => ReadRequest;
  /** @throws Error with what the API says against a request */
  readonly check: (body: object, model: string, headers: Readonly<Record<string, string>>) => void;
}

const chatTargets = ALL_SPECS.flatMap(({ id, dialect, chat }): Target[] =>
  dialect === 'chat' ? [{ spec: createChatSpec(chat), model: `${id}-model` }] : [],
);
/** Of those that the double knows more of than the documented form. */
const FLAVOURS: readonly Flavour[] = ['openai', 'deepseek', 'openrouter', 'mistral'];
const modelsOf = (spec: DialectSpec, models: readonly string[]): Target[] =>
  models.map((model) => ({ spec, model }));

const nonEmpty = ([first, ...rest]: readonly Target[]): [Target, ...Target[]] => {
  if (first === undefined) throw new Error('there is nothing to translate into');
  return [first, ...rest];
};

const CASES: Readonly<Record<string, DialectCase>> = {
  'chat completions': {
    targets: nonEmpty(chatTargets),
    read: readChatRequest,
    check: (body, model) => {
      const flavour = FLAVOURS.find((each) => model.startsWith(each));
      if (flavour !== undefined) checkConversation(parseChatRequest(body), flavour);
    },
  },
  'Messages of Anthropic': {
    targets: nonEmpty(
      modelsOf(createAnthropicSpec(), ['claude-opus-5-5', 'claude-sonnet-4-6', 'claude-haiku-4-5']),
    ),
    read: readAnthropicRequest,
    check: (body, _, headers) => {
      const request = parseRequest(body);
      checkModel(request, (headers['anthropic-beta'] ?? '').split(','));
      checkMessages(request);
    },
  },
  Gemini: {
    targets: nonEmpty(
      modelsOf(geminiSpec, [
        'gemini-3-flash-preview',
        'gemini-2.5-pro',
        'gemini-4-argon',
        'gemini-2.0-flash',
      ]),
    ),
    read: readGeminiRequest,
    check: (body, model) => {
      const checked = checkGeminiRequest(body, model);
      if ('refusal' in checked) throw new Error(checked.refusal);
    },
  },
};

const translate = createTranslate({ sealer: createSealer(randomBytes(32)), clock: systemClock });

describe('a conversation on its way from Responses', () => {
  for (const [api, { targets, read, check }] of Object.entries(CASES)) {
    it(`arrives whole in ${api}, or what is missing is listed`, () => {
      fc.assert(
        fc.property(conversation, fc.nat(targets.length - 1), (asked, place) => {
          const { spec, model } = targets[place] ?? targets[0];
          const request = Buffer.from(JSON.stringify(writeResponsesRequest(asked, model)));
          const translation = translate({ api: 'responses', path: '/responses', body: request, model, spec });
          const body = fieldsOf(JSON.parse(translation.body.toString('utf8')));
          check(body, model, translation.headers);
          checkCarried({ conversation: asked, body, read: read(body), losses: translation.losses });
        }),
        { ...runs(1000), interruptAfterTimeLimit: 30_000 },
      );
    }, 120_000);
  }
});
