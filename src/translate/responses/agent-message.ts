import { type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';

/**
 * What one agent of Codex tells another: an envelope as text, and the message itself where a model's tool call
 * wrote it. OpenAI encrypts what its own models write there; what any other model writes stays plain text
 * under the same name (measured with Codex 0.171.0).
 */
export interface AgentMessage {
  /** All that can be read, in order. */
  readonly text: string;
  /** Part of it is a cipher, which only its maker's models can read. */
  readonly isEncrypted: boolean;
}

/** A Fernet token, which OpenAI's ciphers are; or a long word in the alphabets of Base64. */
const FERNET = /^gAAAA[\w-]+={0,2}$/;
const LONG_WORD = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+/-]{100,}={0,2}$/;

/** True if a text that may be a cipher is one. */
export const isCipher = (text: string): boolean => FERNET.test(text) || LONG_WORD.test(text);

const textOfPart = (part: JsonObject): string | undefined => {
  const sealed = nonEmptyString(part.encrypted_content);
  if (sealed !== undefined) return isCipher(sealed) ? undefined : sealed;
  return typeof part.text === 'string' ? part.text : '';
};

/** @param item of the type `agent_message` */
export const readAgentMessage = (item: JsonObject): AgentMessage => {
  const parts = typeof item.content === 'string' ? [item.content] : objectsOf(item.content).map(textOfPart);
  const readable = parts.filter((text) => text !== undefined);
  return { text: readable.join(''), isEncrypted: readable.length < parts.length };
};
