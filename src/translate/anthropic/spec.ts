import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { readError } from './read-error.ts';
import { writeRequest } from './write-request.ts';

interface AnthropicOptions {
  /** The most tokens that an answer of a model may take, where that is known. */
  readonly maxTokensOf?: (model: string) => number | undefined;
}

/** Anthropic's Messages API, whoever speaks it. */
export const createAnthropicSpec = ({ maxTokensOf }: AnthropicOptions = {}): DialectSpec => ({
  dialect: 'anthropic',
  writeRequest: (ask) => writeRequest(ask, maxTokensOf?.(ask.model)),
  createReader,
  readError,
});
