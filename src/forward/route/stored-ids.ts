import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { MemberRange } from '../../json/scan-members.ts';

/** What providers store and look up by id alone: a request for it names no model. */
const STORED_PATH =
  /^(?:\/v1)?\/(?:files|uploads|batches|vector_stores|fine_tuning\/jobs|containers|messages\/batches)(?=[/?]|$)/;
/** The same below whatever base path a provider has. */
const NATIVE_PATH = /\/(?:files|uploads|batches|vector_stores|fine_tuning\/jobs|containers)(?=[/?]|$)/;
/** What is stored, which may have any size. */
const CONTENT_PATH = /\/(?:content|results)\/?(?:\?|$)/;

const pathOf = (path: string): string => path.split('?', 1)[0] ?? '';

/** The kind of what is stored, and what follows it; undefined where a path is for something else. */
const readPath = (path: string): { readonly kind: string; readonly rest: string } | undefined => {
  const bare = pathOf(path);
  const found = (bare.startsWith('/p/') ? NATIVE_PATH : STORED_PATH).exec(bare);
  if (!found) return undefined;
  const end = found.index + found[0].length;
  return { kind: bare.slice(bare.lastIndexOf('/', end - 1) + 1, end), rest: bare.slice(end) };
};

/** @param path below `/v1`, or `/p/{provider}/…` */
export const isStoredPath = (path: string): boolean => readPath(path) !== undefined;

/** Whether an answer there tells of ids. */
export const tellsIds = (path: string): boolean => isStoredPath(path) && !CONTENT_PATH.test(path);

/** An action or a part: `cancel`, `content`, `files`. */
const WORD = /^[a-z_]{1,40}$/;

/**
 * The ids that a path names, the last first: whoever holds the file or its vector store is asked. Another spelling of
 * an id (`file%2D1`) is kept as it is, and so belongs to nobody.
 */
export const idsOfPath = (path: string): string[] =>
  (readPath(path)?.rest ?? '')
    .split('/')
    .filter((segment) => segment !== '' && !WORD.test(segment))
    .reverse();

/** Whether a path names a collection, and no item of it. */
export const isCollectionPath = (path: string): boolean => /^\/?$/.test(readPath(path)?.rest ?? '-');

/** Whether a body sent there is stored as it is, and so refers to nothing stored earlier. */
export const isUploadPath = (path: string): boolean =>
  ['files', 'uploads'].includes(readPath(path)?.kind ?? '');

/** `file-abc`, `batch_abc`, `msgbatch_01…`, and the hexadecimal ids of Mistral. */
const ID = /^(?=.*[\d_-])[A-Za-z0-9_-]{6,200}$/;
const MAX_IDS = 200;

const FILE_MEMBER = /(?:^|_)file_id$|^(?:training|validation)_file$/;
const LIST_MEMBER = 'file_ids';
const MAX_MEMBER_BYTES = 64 * 1024;

/** The files that a JSON body names: `input_file_id` of a batch, `training_file`, `file_ids`. */
export interface NamedFiles {
  readonly ids: readonly string[];
  /** False if it may name others: too many, one member twice, or nested ones. */
  readonly isCertain: boolean;
}

const stringsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((one) => nonEmptyString(one) ?? '');

/** Whether any object within a parsed value names a file. */
const namesFiles = (value: unknown): boolean => {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (Array.isArray(one)) for (const member of one) open.push(member);
    else if (isObject(one)) {
      for (const [name, member] of Object.entries(one)) {
        if (FILE_MEMBER.test(name) || name === LIST_MEMBER) return true;
        open.push(member);
      }
    }
  }
  return false;
};

/** @param members the top-level members of `body`; undefined unless it is a JSON object */
export const idsOfBody = (
  body: Buffer,
  members: ReadonlyMap<string, MemberRange> | undefined,
): NamedFiles => {
  const found: string[] = [];
  let isCertain = members !== undefined || body.length === 0;
  for (const [name, { start, end, isRepeated }] of members ?? []) {
    // Free text from the client.
    if (name === 'metadata') continue;
    const isNamed = FILE_MEMBER.test(name) || name === LIST_MEMBER;
    const isLarge = end - start > MAX_MEMBER_BYTES;
    const value = isLarge ? undefined : parseJson(body.toString('utf8', start, end));
    if (isNamed) found.push(...stringsOf(value));
    isCertain &&= !isLarge && !(isNamed ? isRepeated : namesFiles(value));
  }
  const ids = found.filter((id) => id !== '');
  return { ids: ids.slice(0, MAX_IDS), isCertain: isCertain && ids.length <= MAX_IDS };
};

const MAX_ANSWER_CHARACTERS = 2 ** 22;

/** `metadata` is written by clients: an id in it proves nothing. */
const idsOfObject = (object: JsonObject): unknown[] => [
  object.id,
  ...Object.entries(object).flatMap(([name, value]) => (FILE_MEMBER.test(name) ? [value] : [])),
  ...stringsOf(object.result_files),
];

/** The ids that an answer tells of: what was stored or listed, and for a batch also its output and its errors. */
export const idsOfAnswer = (body: string): string[] => {
  const answer = body.length > MAX_ANSWER_CHARACTERS ? undefined : parseJson(body);
  if (!isObject(answer)) return [];
  // A completed upload has its file within it.
  const objects = [answer, ...[answer.file].filter(isObject), ...objectsOf(answer.data)];
  const ids = objects.flatMap(idsOfObject).map((id) => nonEmptyString(id) ?? '');
  return [...new Set(ids.filter((id) => ID.test(id)))].slice(0, MAX_IDS);
};
