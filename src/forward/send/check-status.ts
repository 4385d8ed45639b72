import type { IncomingMessage } from 'node:http';

/** Whether an answer's status is one: Node reads any three digits, and throws where 099 is to be passed on. */
export const hasStatus = ({ statusCode = 0 }: Pick<IncomingMessage, 'statusCode'>): boolean =>
  statusCode >= 200;

/** In place of an answer without a status: as Node calls an answer that it cannot read. */
export const noStatus = (): Error =>
  Object.assign(new Error('answered without a status'), { code: 'HPE_INVALID_STATUS' });

/**
 * The reason phrase where it may be passed on, else none: Node reads control characters there, and throws
 * where they are to be written.
 * @see RFC 9112 §4 (reason-phrase)
 */
export const reasonPhrase = (statusMessage: string | undefined): string =>
  statusMessage !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage) ? statusMessage : '';
