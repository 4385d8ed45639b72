import { join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json-object.ts';
import { openSharedFile } from '../state/shared-file.ts';

/** Budgets or limits that were defined by command, page or API, in a file of the data folder. */
export interface DefinitionStore<Entry> {
  /** @throws GatewayError invalid_config where the file cannot be read */
  load(): Promise<readonly Entry[]>;
  /** Puts an entry in the place of the one with its id. @returns that one */
  set(entry: Entry): Promise<Entry | undefined>;
  /** @throws GatewayError unknown_budget, unknown_limit */
  remove(id: string): Promise<Entry>;
  /** Called at once, and after each change by any process, within a second. */
  watch(onChange: (entries: readonly Entry[], problem: string | undefined) => void): () => void;
}

export interface DefinitionKind<Entry> {
  /** Name of the file, and of its list. */
  readonly name: 'budgets' | 'limits';
  /** One of them, in words. */
  readonly noun: string;
  readonly unknownCode: 'unknown_budget' | 'unknown_limit';
  readonly idOf: (entry: Entry) => string;
  /** As the API takes it, and the file keeps it. */
  readonly fieldsOf: (entry: Entry) => JsonObject;
  /** @throws GatewayError invalid_request */
  readonly read: (fields: JsonObject) => Entry;
}

interface Content<Entry> {
  readonly entries: readonly Entry[];
}

/** @throws GatewayError unknown_budget, unknown_limit */
export const requireEntry = <Entry>(
  entries: readonly Entry[],
  id: string,
  { idOf, noun, unknownCode }: Pick<DefinitionKind<Entry>, 'idOf' | 'noun' | 'unknownCode'>,
): Entry => {
  const found = entries.find((one) => idOf(one) === id);
  if (found !== undefined) return found;
  const known = entries.slice(0, MAX_NAMED).map((one) => `"${idOf(one)}"`);
  const more = entries.length > MAX_NAMED ? ', …' : '';
  throw new GatewayError(
    unknownCode,
    `there is no ${noun} "${id.slice(0, 200)}" that was set by command, page or API. There are: ${known.join(', ') || 'none'}${more}.`,
  );
};

const MAX_NAMED = 20;
const MAX_ENTRIES = 100_000;

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export const openDefinitionStore = <Entry>(
  dataDir: string,
  kind: DefinitionKind<Entry>,
): DefinitionStore<Entry> => {
  const { name, noun, unknownCode, idOf, fieldsOf, read } = kind;
  const path = join(dataDir, `${name}.json`);
  const unreadable = (cause: unknown): GatewayError =>
    new GatewayError(
      'invalid_config',
      `the ${name} in ${path} cannot be used: ${messageOf(cause).replace(/\.$/, '')}. Fix the file, or restore a copy; nothing was changed.`,
      { cause },
    );
  const parse = (value: unknown): Content<Entry> => {
    if (value === null) return { entries: [] };
    const list = isObject(value) ? value[name] : undefined;
    if (!Array.isArray(list)) throw new GatewayError('invalid_config', `it has no list "${name}"`);
    if (list.length > MAX_ENTRIES) {
      throw new GatewayError('invalid_config', `it has more than ${MAX_ENTRIES} ${name}`);
    }
    const placeOf = new Map<string, number>();
    const entries = list.map((fields, index) => {
      try {
        const entry = read(isObject(fields) ? fields : {});
        const first = placeOf.get(idOf(entry));
        if (first !== undefined) {
          throw new GatewayError('invalid_config', `it says the same as entry ${first}. Keep one of them`);
        }
        placeOf.set(idOf(entry), index + 1);
        return entry;
      } catch (cause) {
        throw new GatewayError('invalid_config', `entry ${index + 1}: ${messageOf(cause)}`, { cause });
      }
    });
    return { entries };
  };
  const file = openSharedFile<Content<Entry>>({
    path,
    parse,
    print: ({ entries }) => ({ schemaVersion: 1, [name]: entries.map(fieldsOf) }),
  });
  const update = (change: (entries: readonly Entry[]) => readonly Entry[]): Promise<unknown> =>
    file
      .update(({ entries }) => ({ entries: change(entries) }))
      .catch((cause: unknown) => {
        throw cause instanceof GatewayError && cause.code === unknownCode ? cause : unreadable(cause);
      });
  return {
    load: async () => {
      try {
        return (await file.load()).entries;
      } catch (cause) {
        throw unreadable(cause);
      }
    },
    set: async (entry) => {
      let before: Entry | undefined;
      const id = idOf(entry);
      await update((entries) => {
        before = entries.find((one) => idOf(one) === id);
        return [...entries.filter((one) => one !== before), entry];
      });
      return before;
    },
    remove: async (id) => {
      const removed: Entry[] = [];
      await update((entries) => {
        const found = requireEntry(entries, id, kind);
        removed.push(found);
        return entries.filter((one) => one !== found);
      });
      const [first] = removed;
      if (first === undefined) throw new GatewayError('internal_error', `no ${noun} was removed.`);
      return first;
    },
    watch: (onChange) => {
      let last: readonly Entry[] = [];
      return file.watch((found) => {
        // A broken file changes nothing: what was read last goes on.
        if (found.kind === 'content') last = found.content.entries;
        onChange(last, found.kind === 'content' ? undefined : unreadable(found.error).message);
      });
    },
  };
};
