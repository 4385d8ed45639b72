import type { AnswerReader } from './answer-reader.ts';
import type { Api } from './answer-summary.ts';
import { createChatReader } from './read-chat.ts';
import { createResponsesReader } from './read-responses.ts';

export const createReader = (api: Api): AnswerReader =>
  api === 'chat' ? createChatReader() : createResponsesReader();
