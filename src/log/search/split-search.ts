import { GatewayError } from '../../base/errors.ts';

/** A comparison, or the colon that stands for being so. */
export type Operator = ':' | '<' | '<=' | '>' | '>=' | '=';

export type Term =
  | { readonly kind: 'words'; readonly text: string }
  /** `name` is in lower case. */
  | { readonly kind: 'named'; readonly name: string; readonly operator: Operator; readonly value: string };

const MAX_CHARACTERS = 1_000;
const MAX_TERMS = 50;

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && character.trim() === '';
const isLetter = (character: string | undefined): boolean =>
  character !== undefined &&
  ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z'));

const refuse = (message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param: 'q' });

/** Names that compare, so that `a>b` among words stays what it is. */
const COMPARED = ['cost', 'cached', 'tokens', 'input', 'output', 'time', 'ttfb'];

/**
 * Splits a search into words, quoted texts, and names with their values. One step for each character.
 * @throws GatewayError invalid_request if it is too long, or a quote is not closed
 */
export const splitSearch = (text: string): Term[] => {
  if (text.length > MAX_CHARACTERS) {
    throw refuse(`a search has at most ${MAX_CHARACTERS} characters; this one has ${text.length}.`);
  }
  const terms: Term[] = [];
  let at = 0;

  const readQuoted = (): string => {
    const end = text.indexOf('"', at + 1);
    if (end < 0) throw refuse(`the quote at character ${at + 1} is not closed.`);
    const quoted = text.slice(at + 1, end);
    at = end + 1;
    return quoted;
  };
  const readBare = (): string => {
    const start = at;
    while (at < text.length && !isSpace(text[at])) at++;
    return text.slice(start, at);
  };
  const readValue = (): string => (text[at] === '"' ? readQuoted() : readBare());

  /** The operator behind a name, if it is a name that stands here. */
  const readOperator = (name: string): Operator | undefined => {
    const [first, second] = [text[at], text[at + 1]];
    // An address is not a name with a value.
    if (first === ':') return text.startsWith('//', at + 1) ? undefined : ':';
    if (!COMPARED.includes(name)) return undefined;
    if ((first === '<' || first === '>') && second === '=') return `${first}=`;
    return first === '<' || first === '>' || first === '=' ? first : undefined;
  };

  const readTerm = (): Term => {
    if (text[at] === '"') return { kind: 'words', text: readQuoted() };
    const start = at;
    while (isLetter(text[at])) at++;
    const name = text.slice(start, at).toLowerCase();
    const operator = name === '' ? undefined : readOperator(name);
    if (operator === undefined) {
      at = start;
      return { kind: 'words', text: readBare() };
    }
    at += operator.length;
    return { kind: 'named', name, operator, value: readValue() };
  };

  for (;;) {
    while (isSpace(text[at])) at++;
    if (at >= text.length) return terms.filter((term) => term.kind === 'named' || term.text !== '');
    if (terms.length === MAX_TERMS) throw refuse(`a search has at most ${MAX_TERMS} words and names.`);
    terms.push(readTerm());
  }
};
