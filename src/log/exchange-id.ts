import { GatewayError } from '../base/errors.ts';

const ID_PREFIX = 'req_';
/** Named where an id is ambiguous. */
export const MAX_EXAMPLES = 3;

/** An id, or the beginning of one, as the log has it: `req_` may be omitted. */
export const normalizeId = (text: string): string => {
  const ulid = text.startsWith(ID_PREFIX) ? text.slice(ID_PREFIX.length) : text;
  return ID_PREFIX + ulid.toUpperCase();
};

/** @param ids some of those that begin so */
export const ambiguousId = (idPrefix: string, ids: readonly string[]): GatewayError => {
  const examples = ids.slice(0, MAX_EXAMPLES);
  const more = ids.length > MAX_EXAMPLES ? ', …' : '';
  return new GatewayError(
    'invalid_usage',
    `several exchanges have an id that begins with ${idPrefix} (${examples.join(', ')}${more}); give more of it`,
  );
};
