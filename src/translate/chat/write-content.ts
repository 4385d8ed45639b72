import type { AskPart, JsonObject } from '../ask.ts';
import type { ChatQuirks } from './quirks.ts';

export type Lose = (what: string) => void;

export const joinText = (parts: readonly AskPart[]): string =>
  parts.flatMap((part) => (part.kind === 'text' || part.kind === 'refusal' ? [part.text] : [])).join('\n\n');

const writeFile = (part: Extract<AskPart, { kind: 'file' }>): JsonObject | undefined => {
  if (!part.url.startsWith('data:')) return undefined;
  return { type: 'file', file: { file_data: part.url, filename: part.name ?? 'file' } };
};

const writePart = (part: AskPart, quirks: ChatQuirks, lose: Lose): JsonObject[] => {
  if (part.kind === 'text' || part.kind === 'refusal') return [{ type: 'text', text: part.text }];
  if (part.kind === 'image') {
    const detail = part.detail === undefined ? {} : { detail: part.detail };
    return [{ type: 'image_url', image_url: { url: part.url, ...detail } }];
  }
  const file = part.kind === 'file' && quirks.files === true ? writeFile(part) : undefined;
  if (file !== undefined) return [file];
  lose(part.kind);
  // The model should know that there was something.
  const name = part.kind === 'file' && part.name !== undefined ? ` ${part.name}` : '';
  return [{ type: 'text', text: `[${part.kind}${name}: this model cannot be shown it]` }];
};

/** A user's content: a string, or parts if there is more than text. */
export const writeUserContent = (
  parts: readonly AskPart[],
  quirks: ChatQuirks,
  lose: Lose,
): string | JsonObject[] => {
  const written = parts.flatMap((part) => writePart(part, quirks, lose));
  const texts = written.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
  return texts.length === written.length ? texts.join('\n\n') : written;
};
