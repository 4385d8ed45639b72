import { wordsOf } from '../../log/search/words.ts';
import { allOf, type Clause } from './clauses.ts';
import { SEARCHED, SEARCHED_ASCII, SEARCHED_OF_KIND } from './columns.ts';

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

const IS_ASCII = /^[\x20-\x7e]*$/;

/** As a pattern of `LIKE` for what was put in lower case. */
export const containing = (text: string): string => `%${escapeLike(text.toLowerCase())}%`;

const ofWord =
  (word: string): Clause =>
  (bind) => {
    const like = bind(containing(word));
    // The first two are looked up once, and cheap; a text is only read where they fail.
    return `(kind_id IN (SELECT id FROM gomodel.kinds WHERE ${SEARCHED_OF_KIND} LIKE ${like})
      OR coalesce(tools_id IN (SELECT id FROM gomodel.tool_calls WHERE lower(array_to_string(names || script_names, E'\\n')) LIKE ${like}), false)
      OR ${IS_ASCII.test(word) ? SEARCHED_ASCII : SEARCHED} LIKE ${like})`;
  };

/** Whether a row holds all words of a search. */
export const holdsWords =
  (search: string): Clause =>
  (bind) =>
    `(${allOf(wordsOf(search).map(ofWord), bind)})`;

export const ofSearch =
  (text: string, inBodies: ReadonlySet<string> | undefined): Clause =>
  (bind) => {
    const found = inBodies ? ` OR id = ANY(${bind([...inBodies])})` : '';
    return `(${holdsWords(text)(bind)}${found})`;
  };
