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

/** What stands for all names beyond the first so many, of a length that nobody needs, or of nobody that was let in. */
export const OTHERS = '(others)';
const MAX_NAME_LENGTH = 200;

/** A client may name anything: each name would be a kind of its own. */
const createBounded = (maxNames: number) => {
  const known = new Set<string>();
  return (name: string | undefined, { auth }: ExchangeRecord): string | undefined => {
    if (name === undefined || known.has(name)) return name;
    const isLetIn = auth !== undefined && auth !== 'rejected';
    if (!isLetIn || name.length > MAX_NAME_LENGTH || known.size >= maxNames) return OTHERS;
    known.add(name);
    return name;
  };
};
export const MAX_REPOSITORIES = 2_000;
const MAX_POLICIES = 200;
const boundRepository = createBounded(MAX_REPOSITORIES);
const boundPolicy = createBounded(MAX_POLICIES);

/** What many exchanges have in common: nearly all that the log is filtered and summed by. */
const KIND_COLUMNS: readonly Column[] = [
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
  { name: 'repository', type: 'text', of: (record) => boundRepository(record.client.repository, record) },
  { name: 'policy', type: 'text', of: (record) => boundPolicy(record.client.policy, record) },
  {
    name: 'has_other_model',
    type: 'boolean',
    of: ({ findings }) => findings?.includes('other_model') ?? false,
  },
  { name: 'service_tier', type: 'text', of: ({ serviceTier }) => serviceTier },
];

/** What usage is told by without asking who used it: sums by these alone are few. */
const MODEL_COLUMNS: ReadonlySet<string> = new Set([
  'is_failure',
  'is_probe',
  'model',
  'upstream_model',
  'requested_model',
  'sent_model',
  'service_tier',
  'models',
  'provider',
  'providers',
]);
const CLIENT_COLUMNS: ReadonlySet<string> = new Set([...MODEL_COLUMNS, 'client_name', 'client_version']);
/** Of the path the first name: that is what teams are told by. */
const TEAM_COLUMNS: ReadonlySet<string> = new Set([...MODEL_COLUMNS, 'user_path', 'labels']);
const idColumn = (name: string): Column => ({ name, type: 'bigint', of: () => undefined });
/** The ids of those of the same models, of the same client, and of the same team in a kind. */
export const STORED_KIND_COLUMNS: readonly Column[] = [
  ...KIND_COLUMNS,
  ...['model_id', 'client_id', 'team_id'].map(idColumn),
];

const NAMES: Column = { name: 'names', type: 'text[]', of: ({ response }) => response.toolCalls };
export const TOOLS_COLUMNS: readonly Column[] = [
  NAMES,
  { name: 'script_names', type: 'text[]', of: ({ response }) => response.scriptCalls },
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
const MAX_KNOWN = 5_000;

/** Rows by what they say. */
const createKnownRows = <Row>(make: (values: Values, text: string) => Row): ((values: Values) => Row) => {
  const known = new Map<string, Row>();
  return (values) => {
    const text = JSON.stringify(values);
    let row = known.get(text);
    if (row === undefined) {
      row = make(values, text);
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(text, row);
    }
    return row;
  };
};

/** The same in some columns, and nothing else. */
const reducedKindOf = createKnownRows((values, text): SharedRow => ({ id: hashOf(text), values }));

const reduce = (values: Values, columns: ReadonlySet<string>): SharedRow =>
  reducedKindOf(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        columns.has(name) ? value : typeof value === 'boolean' ? false : null,
      ]),
    ),
  );

const teamOf = (path: unknown): string | null =>
  typeof path === 'string' ? `/${path.split('/', 2)[1] ?? ''}` : null;

/** A kind, and those that tell less of it: of its models, its client, its team. */
export interface KindRows {
  readonly kind: SharedRow;
  readonly reduced: readonly SharedRow[];
}

const kindRowsOf = createKnownRows((values, text): KindRows => {
  const model = reduce(values, MODEL_COLUMNS);
  const client = reduce(values, CLIENT_COLUMNS);
  const team = reduce({ ...values, user_path: teamOf(values.user_path) }, TEAM_COLUMNS);
  const ids = { model_id: model.id, client_id: client.id, team_id: team.id };
  return {
    kind: { id: hashOf(text), values: { ...values, ...ids } },
    // Nothing is summed by the client of a team, or the reverse.
    reduced: [
      { id: model.id, values: { ...model.values, model_id: model.id, client_id: null, team_id: null } },
      {
        id: client.id,
        values: { ...client.values, model_id: model.id, client_id: client.id, team_id: null },
      },
      { id: team.id, values: { ...team.values, model_id: model.id, client_id: null, team_id: team.id } },
    ],
  };
});

export const kindOf = (record: ExchangeRecord, isEnded: boolean): KindRows =>
  kindRowsOf(valuesOf(KIND_COLUMNS, record, isEnded));

const toolRowOf = createKnownRows((values, text): SharedRow => ({ id: hashOf(text), values }));

/** @returns undefined where no tools are called; without scripts, the id that it had before scripts were read */
export const toolsOf = (record: ExchangeRecord): SharedRow | undefined => {
  const { toolCalls, scriptCalls } = record.response;
  return toolCalls && toolRowOf(valuesOf(scriptCalls ? TOOLS_COLUMNS : [NAMES], record, true));
};
