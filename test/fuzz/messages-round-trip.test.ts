import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { deepseekSpec } from '../../src/providers/specs/deepseek.ts';
import { mistralSpec } from '../../src/providers/specs/mistral.ts';
import { openaiSpec } from '../../src/providers/specs/openai.ts';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { responsesSpec } from '../../src/translate/responses/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import type { DialectSpec } from '../../src/translate/translation.ts';
import { checkConversation, type Flavour } from '../support/chat/check-conversation.ts';
import { parseChatRequest } from '../support/chat/request-schema.ts';
import { runs } from '../support/fuzz/budget.ts';
import { checkRequest } from '../support/responses/check-input.ts';
import { parseResponsesRequest } from '../support/responses/request-schema.ts';
import { checkCarried } from '../support/round-trip/check-carried.ts';
import { conversation } from '../support/round-trip/conversation.ts';
import {
  fieldsOf,
  type ReadRequest,
  readAnthropicRequest,
  readChatRequest,
  readGeminiRequest,
  readResponsesRequest,
} from '../support/round-trip/read-request.ts';
import { asMessagesSays, writeMessagesRequest } from '../support/round-trip/write-messages-request.ts';
import { checkGeminiRequest } from '../support/translate/check-gemini-request.ts';

interface Case {
  readonly title: string;
  readonly spec: DialectSpec;
  readonly model: string;
  readonly read: (body: Readonly<Record<string, unknown>>) => ReadRequest;
  /** @throws Error with what the API says against a request */
  readonly check: (body: object) => void;
}

const chatCase = (title: Flavour, spec: DialectSpec): Case => ({
  title: `chat completions of ${title}`,
  spec,
  model: `${title}-model`,
  read: readChatRequest,
  check: (body) => checkConversation(parseChatRequest(body), title),
});

const responsesCase = (model: string): Case => ({
  title: `Responses, ${model}`,
  spec: responsesSpec,
  model,
  read: readResponsesRequest,
  check: (body) => checkRequest(parseResponsesRequest(body)),
});

const geminiCase = (model: string): Case => ({
  title: model,
  spec: geminiSpec,
  model,
  read: readGeminiRequest,
  check: (body) => {
    const checked = checkGeminiRequest(body, model);
    if ('refusal' in checked) throw new Error(checked.refusal);
  },
});

const CASES: readonly Case[] = [
  responsesCase('gpt-5.5'),
  responsesCase('gpt-4.1'),
  chatCase('openai', createChatSpec(openaiSpec.chat)),
  chatCase('deepseek', createChatSpec(deepseekSpec.chat)),
  chatCase('mistral', createChatSpec(mistralSpec.chat)),
  geminiCase('gemini-3-flash-preview'),
  geminiCase('gemini-2.5-pro'),
  {
    title: 'Messages themselves',
    spec: createAnthropicSpec(),
    model: 'claude-opus-5-5',
    read: readAnthropicRequest,
    check: () => undefined,
  },
];

const translate = createTranslate({ sealer: createSealer(randomBytes(32)), clock: systemClock });

describe('a conversation on its way from Messages', () => {
  it.each(CASES)(
    'arrives whole in $title, or what is missing is listed',
    ({ spec, model, read, check }) => {
      fc.assert(
        fc.property(conversation, (made) => {
          const asked = asMessagesSays(made);
          const request = Buffer.from(JSON.stringify(writeMessagesRequest(asked, model)));
          const translation = translate({ api: 'messages', path: '/messages', body: request, model, spec });
          const body = fieldsOf(JSON.parse(translation.body.toString('utf8')));
          check(body);
          checkCarried({ conversation: asked, body, read: read(body), losses: translation.losses });
        }),
        { ...runs(300), interruptAfterTimeLimit: 20_000 },
      );
    },
    60_000,
  );
});
