import type { JsonObject } from '../../base/json-object.ts';
import { CONTEXT_OVERFLOW, contextSizesOf } from '../context-overflow.ts';
import { failureStatus } from '../failure-status.ts';
import type { ProviderError } from '../translation.ts';

const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

const typeOf = (status: number): string =>
  TYPES.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

/** By these words Anthropic's clients know that they must make the conversation short. */
const TOO_LONG = 'prompt is too long';

const sizesOf = (message: string): string => {
  const sizes = contextSizesOf(message);
  return sizes === undefined ? '' : `: ${sizes.given} tokens > ${sizes.most} maximum`;
};

const messageOf = ({ code, message }: Pick<ProviderError, 'code' | 'message'>): string => {
  const isTooLong = code === CONTEXT_OVERFLOW && !message.includes(TOO_LONG);
  return isTooLong ? `${TOO_LONG}${sizesOf(message)} (${message})` : message;
};

/** A provider's error as Anthropic would write it. @see https://platform.claude.com/docs/en/api/errors */
const errorBody = (status: number, error: Pick<ProviderError, 'code' | 'message'>): JsonObject => ({
  type: 'error',
  error: { type: typeOf(status), message: messageOf(error) },
});

export const writeMessagesError = (status: number, error: ProviderError): string =>
  JSON.stringify(errorBody(status, error));

/** The same where the answer has begun, and a code alone says what kind of failure it is. */
export const failureBody = (error: { readonly code: string; readonly message: string }): JsonObject =>
  errorBody(failureStatus(error.code), error);
