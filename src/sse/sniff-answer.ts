/** What an answer's body is by its first bytes, whatever its headers call it. */
export type AnswerForm = 'events' | 'json' | 'page' | 'other';

/** Some servers put spaces or comments before their first event. */
const MAX_START = 1024;

const FIELD = /^(?:data|event|id|retry)[ \t]*:|^:/;
const mayBecomeField = (text: string): boolean =>
  ['data:', 'event:', 'id:', 'retry:'].some((field) => field.startsWith(text));

/**
 * @param start the first bytes, as Latin-1 text
 * @param isLast nothing follows them
 * @returns undefined if more must come to tell
 */
export const sniffForm = (start: string, isLast: boolean): AnswerForm | undefined => {
  const text = start.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (text === '' || '\xef\xbb\xbf'.startsWith(text)) {
    return isLast || start.length > MAX_START ? 'other' : undefined;
  }
  if (FIELD.test(text)) return 'events';
  if (/^[{[]/.test(text)) return 'json';
  if (text.startsWith('<')) return 'page';
  return !isLast && mayBecomeField(text) ? undefined : 'other';
};

/** What a page is called, for messages. @param text its beginning */
export const titleOf = (text: string): string | undefined => {
  const [, title] = /<title[^>]{0,200}>([^<]{1,200})/i.exec(text) ?? [];
  const words = title?.replace(/\s+/g, ' ').trim();
  return words === '' ? undefined : words;
};
