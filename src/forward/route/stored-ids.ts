import { nonEmptyString, parseJson } from '../../base/json-object.ts';
import type { MemberRange } from '../../json/scan-members.ts';

/** What providers store and find again by its id alone: a request for it names no model. */
const STORED_PATH =
  /^(?:\/v1)?\/(?:files|uploads|batches|vector_stores|fine_tuning\/jobs|containers|messages\/batches)(?=[/?]|$)/;
/** The same below whatever base path a provider has. */
const NATIVE_PATH = /\/(?:files|uploads|batches|vector_stores|fine_tuning\/jobs|containers)(?=[/?]|$)/;
/** What is stored, which may have any size. */
const CONTENT_PATH = /\/(?:content|results)\/?(?:\?|$)/;

const pathOf = (path: string): string => path.split('?', 1)[0] ?? '';

/** What follows the kind of what is stored; undefined where a path is for something else. */
const restOf = (path: string): string | undefined => {
  const bare = pathOf(path);
  const found = (bare.startsWith('/p/') ? NATIVE_PATH : STORED_PATH).exec(bare);
  return found ? bare.slice(found.index + found[0].length) : undefined;
};

/** @param path below `/v1`, or `/p/{provider}/…` */
export const isStoredPath = (path: string): boolean => restOf(path) !== undefined;

/** Whether an answer there tells of ids. */
export const tellsIds = (path: string): boolean => isStoredPath(path) && !CONTENT_PATH.test(path);

/** `file-abc`, `batch_abc`, `msgbatch_01…`, and the hexadecimal ids of Mistral. */
const ID = /^(?=.*[\d_-])[A-Za-z0-9_-]{6,200}$/;
const MAX_IDS = 200;

/** The ids that a path names, the last first: a file within a vector store is asked of who holds either. */
export const idsOfPath = (path: string): string[] =>
  (restOf(path) ?? '')
    .split('/', 10)
    .filter((segment) => ID.test(segment))
    .reverse();

const FILE_MEMBER = /(?:^|_)file_id$|^(?:training|validation)_file$/;
const MAX_LIST_BYTES = 64 * 1024;

const listOf = (text: string): string[] => {
  const list = parseJson(text);
  return Array.isArray(list) ? list.map((one) => nonEmptyString(one) ?? '') : [];
};

/** The files that a JSON body names: `input_file_id` of a batch, `training_file`, `file_ids`. */
export const idsOfBody = (body: Buffer, members: ReadonlyMap<string, MemberRange> | undefined): string[] => {
  const found: string[] = [];
  for (const [name, { start, end }] of members ?? []) {
    if (end - start > MAX_LIST_BYTES) continue;
    const text = (): string => body.toString('utf8', start, end);
    if (FILE_MEMBER.test(name)) found.push(nonEmptyString(parseJson(text())) ?? '');
    if (name === 'file_ids') found.push(...listOf(text()));
  }
  return found.filter((id) => ID.test(id)).slice(0, MAX_IDS);
};

const MAX_ANSWER_CHARACTERS = 2 ** 20;
const ID_MEMBER = /"(?:id|[a-z_]{0,30}file_id|result_files?)"\s{0,10}:\s{0,10}"([A-Za-z0-9_-]{6,200})"/g;

/** The ids that an answer tells of: what was stored, and for a batch also its output and its errors. */
export const idsOfAnswer = (body: string): string[] => {
  const found = new Set<string>();
  for (const [, id = ''] of body.slice(0, MAX_ANSWER_CHARACTERS).matchAll(ID_MEMBER)) {
    if (ID.test(id)) found.add(id);
    if (found.size >= MAX_IDS) break;
  }
  return [...found];
};
