import { compileWildcard } from '../../base/match-wildcard.ts';
import type { LogFilter } from '../log-query.ts';
import { isAskedWithin, MIN_SESSION_PREFIX } from '../match-filter.ts';
import { wordsOf } from '../search/words.ts';
import { IS_FAILURE, IS_STREAM, LIST_SEPARATOR, type TextColumn } from './index/index-columns.ts';
import { type IndexRows, ULID_LENGTH } from './index/index-rows.ts';

export type RowTest = (row: number) => boolean;

/** The texts that `search` looks into, besides the id. */
const SEARCHED: readonly TextColumn[] = [
  'path',
  'model',
  'upstreamModel',
  'requestedModel',
  'sentModel',
  'responseId',
  'previousResponseId',
  'upstreamRequestId',
  'clientRequestId',
  'clientName',
  'originator',
  'sessionId',
  'threadId',
  'turnId',
  'errorCode',
  'errorMessage',
  'toolCalls',
  'scriptCalls',
];

const UNKNOWN = 0;
const YES = 2;

/** Asks a question of each distinct text once, however many rows have it. */
const askOnce = (rows: IndexRows, asked: (text: string) => boolean): ((place: number) => boolean) => {
  const answers = new Uint8Array(rows.pool.count + 1);
  return (place) => {
    if (place === 0) return false;
    if (answers[place] === UNKNOWN) answers[place] = asked(rows.pool.text(place)) ? YES : 1;
    return answers[place] === YES;
  };
};

const testText = (rows: IndexRows, column: TextColumn, asked: (text: string) => boolean): RowTest => {
  const places = rows.columns.texts[column];
  const answer = askOnce(rows, asked);
  return (row) => answer(places[row] as number);
};

const any =
  (tests: readonly RowTest[]): RowTest =>
  (row) =>
    tests.some((test) => test(row));

const MODEL_COLUMNS = ['model', 'requestedModel', 'sentModel', 'upstreamModel'] as const;

const testModel = (rows: IndexRows, wanted: string): RowTest => {
  const matches = compileWildcard(wanted);
  return any(MODEL_COLUMNS.map((column) => testText(rows, column, matches)));
};

const testProvider = (rows: IndexRows, wanted: string): RowTest =>
  any([
    testText(rows, 'provider', (text) => text === wanted),
    testText(rows, 'attempted', (text) => text.split(LIST_SEPARATOR).includes(wanted)),
  ]);

const testStatus = (rows: IndexRows, wanted: string): RowTest => {
  // A row has ended: what still runs is asked as a record.
  if (wanted === 'running') return () => false;
  const statuses = rows.columns.numbers.status;
  if (!/^[1-5]xx$/i.test(wanted)) return (row) => String(statuses[row]) === wanted;
  return (row) => Math.floor((statuses[row] as number) / 100) === Number(wanted[0]);
};

const testError = (rows: IndexRows, wanted: string): RowTest => {
  if (wanted === 'any') return (row) => rows.has(IS_FAILURE, row);
  const is = (text: string): boolean => text === wanted;
  const columns = ['errorOrigin', 'errorCode', 'finish'] as const;
  return any(columns.map((column) => testText(rows, column, is)));
};

const testSession = (rows: IndexRows, wanted: string): RowTest => {
  const is = (id: string): boolean =>
    wanted.length >= MIN_SESSION_PREFIX ? id.startsWith(wanted) : id === wanted;
  return any([testText(rows, 'sessionId', is), testText(rows, 'threadId', is)]);
};

const testClient =
  (rows: IndexRows, wanted: string): RowTest =>
  (row) => {
    const name = rows.text('clientName', row);
    return name === wanted || `${name}/${rows.text('clientVersion', row)}` === wanted;
  };

/** Of those without a path, too: only the root has them. */
export const testUserPath = (rows: IndexRows, root: string): RowTest => {
  if (isAskedWithin(undefined, root)) return () => true;
  return testText(rows, 'userPath', (path) => isAskedWithin(path, root));
};

const testTool = (rows: IndexRows, wanted: string): RowTest => {
  const matches = compileWildcard(wanted);
  const asked = (text: string): boolean => text.split(LIST_SEPARATOR).some(matches);
  return any([testText(rows, 'toolCalls', asked), testText(rows, 'scriptCalls', asked)]);
};

/** A text of an id, which is `req_` and a ULID: the end of the one, and what of the other. */
const PART_OF_ID = /^((?:(?:r?e)?q)?_)?([0-9a-z]{1,26})$/;

/** Whether an id holds a text: those of all rows are searched as one. */
const testId = (rows: IndexRows, wanted: string): RowTest => {
  if ('req_'.includes(wanted)) return () => true;
  const [, prefix, part = ''] = PART_OF_ID.exec(wanted) ?? [];
  if (part === '') return () => false;
  const found = new Uint8Array(rows.count);
  const ids = rows.columns.ids.toString('latin1', 0, rows.count * ULID_LENGTH).toLowerCase();
  for (let offset = ids.indexOf(part); offset >= 0; offset = ids.indexOf(part, offset + 1)) {
    const at = offset % ULID_LENGTH;
    const isWithin = prefix === undefined ? at + part.length <= ULID_LENGTH : at === 0;
    if (isWithin) found[(offset - at) / ULID_LENGTH] = 1;
  }
  return (row) => found[row] === 1;
};

/** Whether a row holds one word of a search. */
export const testWord = (rows: IndexRows, word: string): RowTest => {
  const wanted = word.toLowerCase();
  const found = rows.pool.holding(wanted);
  const columns = SEARCHED.map((column) => rows.columns.texts[column]);
  const isInId = testId(rows, wanted);
  return (row) => columns.some((places) => found[places[row] as number] === 1) || isInId(row);
};

/**
 * The log's filter for the rows of an index: says of each row what `matchesFilter` says of its record, but
 * asks each distinct text once.
 * @returns the tests that a row must pass, all of them; none where every row does
 */
export const compileFilter = (rows: IndexRows, filter: LogFilter): RowTest[] => {
  const { model, provider, method, path, status_code, error_type, stream, session, client, search } = filter;
  const { key, user_path, label, tool, requested_model, sent_model } = filter;
  const tests: RowTest[] = [];
  if (model) tests.push(testModel(rows, model));
  if (requested_model) tests.push(testText(rows, 'requestedModel', compileWildcard(requested_model)));
  if (sent_model) tests.push(testText(rows, 'sentModel', compileWildcard(sent_model)));
  if (provider) tests.push(testProvider(rows, provider));
  if (method) tests.push(testText(rows, 'method', (text) => text === method.toUpperCase()));
  if (path) tests.push(testText(rows, 'path', compileWildcard(path)));
  if (status_code) tests.push(testStatus(rows, status_code));
  if (error_type) tests.push(testError(rows, error_type));
  if (stream) tests.push((row) => String(rows.has(IS_STREAM, row)) === stream);
  if (session) tests.push(testSession(rows, session));
  if (client) tests.push(testClient(rows, client));
  if (key) tests.push(testText(rows, 'keyId', (text) => text === key));
  if (user_path) tests.push(testUserPath(rows, user_path));
  if (label) tests.push(testText(rows, 'labels', (text) => text.split(LIST_SEPARATOR).includes(label)));
  if (tool) tests.push(testTool(rows, tool));
  if (search) tests.push(...wordsOf(search).map((word) => testWord(rows, word)));
  return tests;
};
