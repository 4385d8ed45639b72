import { isObject, type JsonObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { scanElements, scanMembers } from '../../json/scan-members.ts';
import { SEAL_PREFIX } from '../seal.ts';
import { needsUnsealing } from '../unseal-body.ts';

const COMMA = Buffer.from(',');

const isSealed = (block: JsonObject): boolean => {
  const sealed = nonEmptyString(block.type === 'redacted_thinking' ? block.data : block.signature);
  return sealed?.startsWith(SEAL_PREFIX) === true;
};

/** @returns undefined where nothing is left of the message */
const unsealMessage = (bytes: Buffer): Buffer | undefined => {
  if (!needsUnsealing(bytes)) return bytes;
  const message = parseJson(bytes.toString('utf8'));
  if (!isObject(message) || !Array.isArray(message.content)) return bytes;
  const content = message.content.filter((block: unknown) => !isObject(block) || !isSealed(block));
  if (content.length === message.content.length) return bytes;
  return content.length === 0 ? undefined : Buffer.from(JSON.stringify({ ...message, content }));
};

/**
 * The same as `unsealBody` for a request of Anthropic's API: thoughts that another provider's model had, which
 * the gateway signed, are refused by who signs them itself. A request without any is the very same buffer.
 */
export const unsealMessagesBody = (bytes: Buffer): Buffer => {
  if (!needsUnsealing(bytes)) return bytes;
  const range = scanMembers(bytes)?.get('messages');
  const elements = range && scanElements(bytes, range);
  if (!range || !elements) return bytes;
  const given = elements.map(({ start, end }) => bytes.subarray(start, end));
  const messages = given.flatMap((message) => unsealMessage(message) ?? []);
  if (messages.length === given.length && messages.every((message, place) => message === given[place])) {
    return bytes;
  }
  const list = messages.flatMap((message, place) => (place === 0 ? [message] : [COMMA, message]));
  return Buffer.concat([
    bytes.subarray(0, range.start),
    Buffer.from('['),
    ...list,
    Buffer.from(']'),
    bytes.subarray(range.end),
  ]);
};
