import { trimTrailing } from '../base/trim-text.ts';

/** A stretch of text within a paragraph. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'struck'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly address: string; readonly children: readonly Inline[] };

/** How far a closing mark is looked for: keeps the whole linear, whatever a model writes. */
const REACH = 1000;
const DEEPEST = 4;
const MARKS = [
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'struck'],
  ['*', 'emphasis'],
  ['_', 'emphasis'],
] as const;

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Only addresses that cannot run anything. */
const safeAddress = (address: string): string | undefined =>
  /^(?:https?:\/\/|mailto:)[^\s<>"]+$/i.test(address) ? address : undefined;

interface Found {
  readonly inline: Inline;
  /** Where the text goes on. */
  readonly end: number;
}

const findCode = (text: string, start: number): Found | undefined => {
  const run = /^`+/.exec(text.slice(start, start + 10))?.[0] ?? '`';
  const from = start + run.length;
  const end = text.slice(from, from + REACH).indexOf(run);
  if (end <= 0) return undefined;
  return {
    inline: { kind: 'code', text: text.slice(from, from + end).trim() },
    end: from + end + run.length,
  };
};

const findLink = (text: string, start: number, depth: number): Found | undefined => {
  const match = /^\[([^[\]\n]{1,400})\]\(([^()\s]{1,1000})\)/.exec(text.slice(start, start + 1500));
  if (!match?.[1] || !match[2]) return undefined;
  const address = safeAddress(match[2]);
  const end = start + match[0].length;
  // What is no web address stays readable as it was written, so that nothing is hidden behind a label.
  if (!address) return { inline: { kind: 'text', text: match[0] }, end };
  return { inline: { kind: 'link', address, children: parse(match[1], depth + 1) }, end };
};

const findBareLink = (text: string, start: number): Found | undefined => {
  const found = /^https?:\/\/[^\s<>"'`)\]]{3,1000}/.exec(text.slice(start, start + 1100))?.[0];
  const address = trimTrailing(found ?? '', '.,;:!?');
  if (!address || isWord(text[start - 1])) return undefined;
  return {
    inline: { kind: 'link', address, children: [{ kind: 'text', text: address }] },
    end: start + address.length,
  };
};

const findMarked = (text: string, start: number, depth: number): Found | undefined => {
  for (const [mark, kind] of MARKS) {
    if (!text.startsWith(mark, start)) continue;
    // snake_case and 2*3*4 are no emphasis.
    const bounded = mark !== '**' && mark !== '~~';
    if (bounded && isWord(text[start - 1])) return undefined;
    const from = start + mark.length;
    if (/\s/.test(text[from] ?? ' ')) return undefined;
    const length = text.slice(from, from + REACH).indexOf(mark);
    if (length <= 0) continue;
    const end = from + length;
    if (/\s/.test(text[end - 1] ?? ' ') || (bounded && isWord(text[end + mark.length]))) continue;
    return { inline: { kind, children: parse(text.slice(from, end), depth + 1) }, end: end + mark.length };
  }
  return undefined;
};

const findAt = (text: string, at: number, depth: number): Found | undefined => {
  switch (text.charAt(at)) {
    case '`':
      return findCode(text, at);
    case '[':
      return findLink(text, at, depth);
    // A picture from elsewhere is never fetched: its name leads to it.
    case '!':
      return text[at + 1] === '[' ? findLink(text, at + 1, depth) : undefined;
    case 'h':
      return findBareLink(text, at);
    case '*':
    case '_':
    case '~':
      return findMarked(text, at, depth);
    default:
      return undefined;
  }
};

const parse = (text: string, depth: number): Inline[] => {
  if (depth > DEEPEST) return [{ kind: 'text', text }];
  const inlines: Inline[] = [];
  const special = /[`[*_~]|!\[|https?:\/\//g;
  let plainFrom = 0;
  let at = 0;
  while (at < text.length) {
    special.lastIndex = at;
    const next = special.exec(text);
    if (!next) break;
    const found = findAt(text, next.index, depth);
    if (!found) {
      // A mark that closes nowhere is text, and so are those that touch it.
      at = next.index + 1;
      while (text[at] === text[next.index]) at++;
      continue;
    }
    if (next.index > plainFrom) inlines.push({ kind: 'text', text: text.slice(plainFrom, next.index) });
    inlines.push(found.inline);
    plainFrom = found.end;
    at = found.end;
  }
  if (plainFrom < text.length) inlines.push({ kind: 'text', text: text.slice(plainFrom) });
  return inlines;
};

/** Reads the marks within a paragraph: code, strong, emphasis, links. HTML is text like any other. */
export const parseInline = (text: string): Inline[] => parse(text, 0);
