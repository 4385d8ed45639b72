import { GatewayError } from '../../base/errors.ts';
import type { LogFilter, TimeSpan } from '../log-query.ts';
import { type Measure, parseMeasure } from './measure.ts';
import { parseMoment } from './parse-moment.ts';
import { splitSearch, type Term } from './split-search.ts';
import { joinWords } from './words.ts';

/** A search in one line, as the dashboard's box and `gomodel-ts logs '…'` take it. */
export interface ParsedSearch {
  /** Words and quoted texts stand in `search`, as `wordsOf` reads them. */
  readonly filter: LogFilter;
  readonly span: TimeSpan | undefined;
  readonly measures: readonly Measure[];
}

type FilterName = keyof LogFilter;

/** The names that may stand before a colon, and the filter that each sets. */
const FILTERS: Readonly<Record<string, FilterName>> = {
  model: 'model',
  asked: 'requested_model',
  sent: 'sent_model',
  provider: 'provider',
  tool: 'tool',
  status: 'status_code',
  error: 'error_type',
  client: 'client',
  session: 'session',
  key: 'key',
  team: 'user_path',
  label: 'label',
  method: 'method',
  path: 'path',
};

const MOMENTS = ['after', 'before'] as const;
const MEASURES = ['cost', 'cached', 'tokens', 'input', 'output', 'time', 'ttfb'] as const;

/** What a search may name, for help and completion. */
export const SEARCH_NAMES: readonly string[] = [...Object.keys(FILTERS), ...MOMENTS, ...MEASURES];

const refuse = (message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param: 'q' });

const isOneOf = <Name extends string>(name: string, names: readonly Name[]): name is Name =>
  (names as readonly string[]).includes(name);

const STATUS = /^(?:[1-5]\d\d|[1-5]xx|running)$/i;

const checkValue = (name: string, value: string): void => {
  if (value === '') throw refuse(`${name}: needs a value behind it, such as ${name}:x.`);
  if (name === 'status' && !STATUS.test(value)) {
    throw refuse(`status: takes 404, a class such as 4xx, or running; it was given "${value}".`);
  }
  if (name === 'team' && !value.startsWith('/')) {
    throw refuse(`team: takes a user path such as /team/alpha; it was given "${value}".`);
  }
};

const unknown = (name: string): GatewayError =>
  refuse(
    `there is no "${name}:" to search by. There are ${SEARCH_NAMES.join(', ')}; put quotes around a text with a colon in it.`,
  );

interface Parsing {
  readonly filter: LogFilter;
  readonly words: string[];
  readonly measures: Measure[];
  fromMs: number;
  toMs: number;
}

const takeNamed = (term: Extract<Term, { kind: 'named' }>, into: Parsing, nowMs: number): void => {
  const { name, operator, value } = term;
  if (isOneOf(name, MEASURES)) {
    into.measures.push(parseMeasure(name, operator, value));
    return;
  }
  if (operator !== ':') throw refuse(`${name}${operator} does not compare: write ${name}:${value || 'x'}.`);
  if (isOneOf(name, MOMENTS)) {
    const ms = parseMoment(value, nowMs);
    if (ms === undefined) {
      throw refuse(
        `${name}: takes a span such as 90s, 10m, 2h or 1d, or a date such as 2026-11-22T14:00; it was given "${value}".`,
      );
    }
    if (name === 'after') into.fromMs = Math.max(into.fromMs, ms);
    else into.toMs = Math.min(into.toMs, ms);
    return;
  }
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (!filter) throw unknown(name);
  checkValue(name, value);
  if (into.filter[filter] !== undefined) throw refuse(`${name}: stands there twice. Keep one of them.`);
  into.filter[filter] = value;
};

/**
 * Reads a search such as `"rate limit" model:gpt-5* cost>0.1 cached<50% after:2h`. All that is given must hold; of
 * words that stand alone, each must be found.
 * @param nowMs milliseconds since the epoch
 * @throws GatewayError invalid_request, in words for whoever typed it
 */
export const parseSearch = (text: string, nowMs: number): ParsedSearch => {
  const parsing: Parsing = {
    filter: {},
    words: [],
    measures: [],
    fromMs: Number.NEGATIVE_INFINITY,
    toMs: Number.POSITIVE_INFINITY,
  };
  for (const term of splitSearch(text)) {
    if (term.kind === 'words') parsing.words.push(term.text);
    else takeNamed(term, parsing, nowMs);
  }
  const { filter, words, measures, fromMs, toMs } = parsing;
  if (fromMs >= toMs) throw refuse('before: lies before after:, so that nothing is between them.');
  if (words.length > 0) filter.search = joinWords(words);
  const isBounded = Number.isFinite(fromMs) || Number.isFinite(toMs);
  return { filter, span: isBounded ? { fromMs, toMs } : undefined, measures };
};
