import { createHash } from 'node:crypto';
import { type ExchangeRecord, isFailure } from '../../log/port.ts';
import { type Column, type Values, valuesOf } from './column.ts';

/** Beyond that, a path is one of a kind. */
const MAX_PATH_LENGTH = 128;

const distinct = (texts: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

const pathOf = ({ auth, path }: ExchangeRecord): string | undefined =>
  auth !== undefined && auth !== 'rejected' && path.length <= MAX_PATH_LENGTH ? path : undefined;

/** The path of an exchange whose kind has none. */
export const ownPathOf = (record: ExchangeRecord): string | undefined =>
  pathOf(record) === undefined ? record.path : undefined;

/** What many exchanges have in common: nearly all that the log is filtered and summed by. */
export const KIND_COLUMNS: readonly Column[] = [
  { name: 'status', type: 'integer', of: ({ status }) => status },
  { name: 'is_failure', type: 'boolean', of: isFailure },
  { name: 'is_stream', type: 'boolean', of: ({ stream }) => stream ?? false },
  { name: 'is_probe', type: 'boolean', of: ({ probe }) => probe ?? false },
  { name: 'method', type: 'text', of: ({ method }) => method },
  { name: 'path', type: 'text', of: pathOf },
  { name: 'model', type: 'text', of: ({ model }) => model },
  { name: 'upstream_model', type: 'text', of: ({ upstreamModel }) => upstreamModel },
  { name: 'requested_model', type: 'text', of: ({ requestedModel }) => requestedModel },
  { name: 'sent_model', type: 'text', of: ({ sentModel }) => sentModel },
  {
    name: 'models',
    type: 'text[]',
    of: ({ model, requestedModel, sentModel, upstreamModel }) =>
      distinct([model, requestedModel, sentModel, upstreamModel].map((name) => name?.toLowerCase())),
  },
  { name: 'provider', type: 'text', of: ({ provider }) => provider },
  {
    name: 'providers',
    type: 'text[]',
    of: ({ provider, attempts = [] }) => distinct([provider, ...attempts.map((one) => one.provider)]),
  },
  { name: 'transport', type: 'text', of: ({ transport }) => transport },
  { name: 'encoding', type: 'text', of: ({ request }) => request.encoding },
  { name: 'auth', type: 'text', of: ({ auth }) => auth },
  { name: 'key_id', type: 'text', of: ({ keyId }) => keyId },
  { name: 'user_path', type: 'text', of: ({ userPath }) => userPath },
  { name: 'labels', type: 'text[]', of: ({ labels }) => labels },
  { name: 'client_name', type: 'text', of: ({ client }) => client.name },
  { name: 'client_version', type: 'text', of: ({ client }) => client.version },
  { name: 'finish', type: 'text', of: ({ response }) => response.finish },
  { name: 'error_origin', type: 'text', of: ({ error }) => error?.origin },
  { name: 'error_code', type: 'text', of: ({ error }) => error?.code },
];

export const TOOLS_COLUMNS: readonly Column[] = [
  { name: 'names', type: 'text[]', of: ({ response }) => response.toolCalls },
];

/** As many bits as a number holds exactly; of 100,000 kinds, two have the same id once in a million databases. */
const ID_BITS = 52;

const hashOf = (text: string): number => {
  const digest = createHash('sha256').update(text).digest();
  return Number(digest.readBigUInt64BE() >> BigInt(64 - ID_BITS));
};

/** A row that many exchanges name, with the id that they name it by. */
export interface SharedRow {
  readonly id: number;
  readonly values: Values;
}

/** Most exchanges are of few kinds, whose hashes are known. */
const MAX_KNOWN = 1_000;
const known = new Map<string, number>();

const sharedRow = (values: Values): SharedRow => {
  const text = JSON.stringify(values);
  let id = known.get(text);
  if (id === undefined) {
    id = hashOf(text);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, id);
  }
  return { id, values };
};

export const kindOf = (record: ExchangeRecord, isEnded: boolean): SharedRow =>
  sharedRow(valuesOf(KIND_COLUMNS, record, isEnded));

/** @returns undefined where no tools are called */
export const toolsOf = (record: ExchangeRecord): SharedRow | undefined =>
  record.response.toolCalls && sharedRow(valuesOf(TOOLS_COLUMNS, record, true));
