import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { readError } from './read-error.ts';
import { writeRequest } from './write-request.ts';

interface AnthropicOptions {
  /** What an answer may take where the client names no limit: a configured model's own. */
  readonly maxTokensOf?: (model: string) => number | undefined;
}

/** Anthropic's Messages API, whoever speaks it. */
export const createAnthropicSpec = ({ maxTokensOf }: AnthropicOptions = {}): DialectSpec => ({
  dialect: 'anthropic',
  writeRequest: (ask) => writeRequest(ask, maxTokensOf?.(ask.model)),
  createReader,
  readError,
});
