import type { Api } from '../answer-summary.ts';
import type { AnswerReader } from './answer-reader.ts';
import { createChatReader } from './read-chat.ts';
import { createGeminiReader } from './read-gemini.ts';
import { createMessagesReader } from './read-messages.ts';
import { createResponsesReader } from './read-responses.ts';

const CREATE: Readonly<Record<Api, () => AnswerReader>> = {
  responses: createResponsesReader,
  chat: createChatReader,
  messages: createMessagesReader,
  gemini: createGeminiReader,
};

export const createReader = (api: Api): AnswerReader => CREATE[api]();
