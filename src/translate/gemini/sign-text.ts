import type { JsonObject } from '../ask.ts';
import type { TextSignature } from './reasoning-state.ts';

/**
 * Cuts a text where its signed pieces began and ended, and gives each its signature back.
 * @returns undefined if they do not lie in the text: it was changed
 */
export const signText = (text: string, signatures: readonly TextSignature[]): JsonObject[] | undefined => {
  const parts: JsonObject[] = [];
  let position = 0;
  for (const { at, length, signature } of signatures) {
    if (at < position || at + length > text.length) return undefined;
    if (at > position) parts.push({ text: text.slice(position, at) });
    parts.push({ text: text.slice(at, at + length), thoughtSignature: signature });
    position = at + length;
  }
  if (position < text.length) parts.push({ text: text.slice(position) });
  return parts;
};
