import type { JsonObject } from '../../base/json-object.ts';
import { MAX_TOOL_CALLS } from '../add-tool-name.ts';
import { OPTIONAL, STRING, scanTokens, WORD } from './scan-tokens.ts';

/** A longer script is not read, and so many of one answer are: models write a hundredth of that. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_CHARACTERS_OF_ANSWER = 4 * MAX_CHARACTERS;
/** In one script, as the page shows them. */
const MAX_CALLS = 200;

const [PAREN, BRACKET, BRACKET_END, DOT] = [40, 91, 93, 46];

// How much of `tools.name(` or `tools["name"](` has been seen.
const NOTHING = 0;
const TOOLS = 1;
const MEMBER = 2;
const INDEX = 3;
const INDEXED = 4;
const NAMED = 5;
const NAMED_OPTIONAL = 6;

/** A copy: a part of a string holds on to all of it. */
const copyOf = (text: string): string => Buffer.from(text).toString();

/**
 * The tools that a script of Codex's code mode calls by their names, in the order in which they stand in it; a call in
 * a loop is one. The script is neither run nor parsed: what stands in strings, comments and patterns is passed over.
 */
export const calledTools = (source: string): string[] => {
  const called: string[] = [];
  if (source.length > MAX_CHARACTERS || !source.includes('tools')) return called;
  let seen = NOTHING;
  let name = '';
  let isNew = false;
  const textOf = (start: number, end: number): string => source.slice(start, end);

  const next = (token: number, start: number, end: number): number => {
    switch (seen) {
      case TOOLS:
        if (token === DOT || token === OPTIONAL) return MEMBER;
        return token === BRACKET ? INDEX : NOTHING;
      case MEMBER:
        if (token === BRACKET) return INDEX;
        name = token === WORD ? textOf(start, end) : '';
        break;
      case INDEX:
        name = token === STRING ? textOf(start + 1, end - 1) : '';
        return name === '' ? NOTHING : INDEXED;
      case INDEXED:
        return token === BRACKET_END ? NAMED : NOTHING;
      case NAMED:
      case NAMED_OPTIONAL:
        if (token === PAREN && called.length < MAX_CALLS) called.push(copyOf(name));
        return token === OPTIONAL && seen === NAMED ? NAMED_OPTIONAL : NOTHING;
      default:
        return NOTHING;
    }
    return name === '' ? NOTHING : NAMED;
  };

  scanTokens(source, (token, start, end, isMember) => {
    seen = next(token, start, end);
    const isOwn = token === WORD && !isMember;
    // `new tools.name()` makes something and calls nothing.
    if (isOwn && end - start === 5 && !isNew && source.startsWith('tools', start)) seen = TOOLS;
    isNew = isOwn && end - start === 3 && source.startsWith('new', start);
  });
  return called;
};

/** The source of a call of Codex's code mode, whatever its namespace; undefined for all other items. */
const scriptOf = ({ type, name, input }: JsonObject): string | undefined =>
  type === 'custom_tool_call' && name === 'exec' && typeof input === 'string' ? input : undefined;

/** Finds what the scripts of one answer call. */
export const createScriptReader = () => {
  const called: string[] = [];
  let charactersLeft = MAX_CHARACTERS_OF_ANSWER;
  return {
    called: called as readonly string[],
    /** @param item of the answer's output, whole */
    read: (item: JsonObject): void => {
      const source = scriptOf(item);
      if (source === undefined || source.length > charactersLeft) return;
      charactersLeft -= source.length;
      for (const name of calledTools(source)) if (called.length < MAX_TOOL_CALLS) called.push(name);
    },
  };
};
