/** A piece of an answer in OpenAI's harmony format. */
export type HarmonyPiece =
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** A call: its name comes once, with the first piece of its arguments. */
  | { readonly kind: 'call'; readonly place: number; readonly name?: string; readonly json: string };

export interface HarmonyReader {
  read(text: string): readonly HarmonyPiece[];
  end(): readonly HarmonyPiece[];
}

/** Some servers put white space before their first mark; each piece is looked at together with all before it. */
const MAX_BEGINNING = 1024;
const BEGINNINGS = ['<|channel|>', '<|start|>'];
const MESSAGE = '<|message|>';
const MARK = /<\|(?:end|return|call|start|channel)\|>/;
const PART_OF_MARK = /<(?:\|(?:[a-z]{0,7}\|?)?)?$/;
/** A header names a speaker, a channel, a recipient and a format. */
const MAX_HEADER = 512;

/** Whether a text begins as harmony does; undefined if more must come to tell. */
export const beginsAsHarmony = (text: string): boolean | undefined => {
  const begun = text.trimStart();
  if (BEGINNINGS.some((mark) => begun.startsWith(mark))) return true;
  const mayBegin = text.length <= MAX_BEGINNING && BEGINNINGS.some((mark) => mark.startsWith(begun));
  return mayBegin ? undefined : false;
};

/**
 * Reads what servers without a parser for gpt-oss leave in the text: `<|channel|>analysis<|message|>…<|end|>` is a
 * thought, `final` the answer, and `commentary to=functions.NAME` a call.
 * @see https://cookbook.openai.com/articles/openai-harmony
 */
export const createHarmonyReader = (): HarmonyReader => {
  let held = '';
  let place: 'header' | 'body' | 'plain' = 'header';
  let kind: HarmonyPiece['kind'] = 'text';
  /** The name of the open call, until it has been emitted. */
  let name: string | undefined;
  let calls = 0;

  const pieceOf = (text: string): HarmonyPiece[] => {
    if (kind !== 'call') return text === '' ? [] : [{ kind, text }];
    if (text === '' && name === undefined) return [];
    const piece = { kind, place: calls - 1, json: text, ...(name !== undefined && { name }) };
    name = undefined;
    return [piece];
  };

  const openBody = (header: string): void => {
    const channel = /<\|channel\|>\s*([a-z]+)/.exec(header)?.[1];
    const recipient = /\bto=([^\s<]+)/.exec(header)?.[1];
    kind = channel === 'analysis' ? 'thought' : 'text';
    if (recipient !== undefined && recipient !== 'assistant') {
      kind = 'call';
      name = recipient;
      calls++;
    }
    place = 'body';
  };

  const readAll = (isLast: boolean): HarmonyPiece[] => {
    const pieces: HarmonyPiece[] = [];
    for (;;) {
      if (place === 'plain') {
        pieces.push(...pieceOf(held));
        held = '';
        return pieces;
      }
      if (place === 'header') {
        const at = held.indexOf(MESSAGE);
        if (at === -1) {
          if (held.length <= MAX_HEADER && !isLast) return pieces;
          // Only marks may follow the last message; anything else is emitted as text.
          if (/^(?:\s|<\|[a-z]{1,9}\|>|assistant)*$/.test(held.slice(0, MAX_HEADER))) held = '';
          kind = 'text';
          place = 'plain';
          continue;
        }
        openBody(held.slice(0, at));
        held = held.slice(at + MESSAGE.length);
      }
      const mark = MARK.exec(held);
      if (mark === null) {
        const end = isLast ? held.length : held.length - (PART_OF_MARK.exec(held)?.[0].length ?? 0);
        pieces.push(...pieceOf(held.slice(0, end)));
        held = held.slice(end);
        return pieces;
      }
      pieces.push(...pieceOf(held.slice(0, mark.index)));
      // A message without an end mark ends where the next one begins.
      const isNext = mark[0] === '<|start|>' || mark[0] === '<|channel|>';
      held = held.slice(mark.index + (isNext ? 0 : mark[0].length));
      place = 'header';
    }
  };

  return {
    read: (text) => {
      held += text;
      return readAll(false);
    },
    end: () => readAll(true),
  };
};
