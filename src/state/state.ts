import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { GatewayError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json-object.ts';
import { withFileLock } from './file-lock.ts';
import { createPrivateFolder } from './private-files.ts';
import { privateJsonFile } from './private-json-file.ts';
import { isAliveHere, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.ts';

/** A gateway that runs on this data folder. */
export interface RunningInstance {
  readonly pid: number;
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** By which `/health` tells it from another gateway that has got its port since. */
  readonly instance?: string;
  /** The certificate with which it listens, PEM; absent: plain HTTP. */
  readonly certificate?: string;
}

/** A configuration file of a working folder, and the content with which it was trusted. */
export interface TrustedFile {
  /** Its path, without links. */
  readonly id: string;
  /** Of its content, in hex. */
  readonly sha256: string;
  /** ISO 8601, UTC. */
  readonly trustedAt: string;
}

/** A list of entries with an id, whose content is their room's own matter. */
interface StateEntries<Entry> {
  list(): Promise<readonly Entry[]>;
  /** Replaces what is there under the same id. */
  add(entry: Entry): Promise<void>;
  /** Does nothing if there is none. */
  remove(id: string): Promise<void>;
}

/** What is small and changes, in `state.json` of the data folder. Several processes may use it at once. */
export interface State<Edit extends { readonly id: string }> {
  /** Edits of configuration files that can be taken back. */
  readonly edits: StateEntries<Edit>;
  /** Configuration files of working folders that the user trusts. */
  readonly trusted: StateEntries<TrustedFile>;
  /** Gateways that are alive on this machine, the newest first. */
  instances(): Promise<readonly RunningInstance[]>;
  /** The URL of the newest of them. */
  findRunningUrl(): Promise<string | undefined>;
  /**
   * Enters this process, or enters it anew; one that dies without leaving is no longer listed either.
   * @returns leaves again
   */
  announce(instance: Omit<RunningInstance, 'pid'>): Promise<() => Promise<void>>;
}

interface StoredInstance extends RunningInstance {
  readonly process: ProcessIdentity;
}

/** Unknown fields, of a newer version, are kept as they are. */
interface StateFile extends JsonObject {
  readonly instances: readonly unknown[];
  readonly edits: readonly unknown[];
  /** Absent in the files of older versions. */
  readonly trusted?: readonly unknown[];
}

const FILE = 'state.json';
const EMPTY: StateFile = { schemaVersion: 1, instances: [], edits: [] };

const parseInstance = (value: unknown): StoredInstance | undefined => {
  if (!isObject(value)) return undefined;
  const { url, version, startedAt } = value;
  const process = parseIdentity(value.process);
  if (!process || typeof url !== 'string' || typeof version !== 'string' || typeof startedAt !== 'string') {
    return undefined;
  }
  const { instance, certificate } = value;
  return {
    ...{ pid: process.pid, url, version, startedAt, process },
    ...(typeof instance === 'string' && { instance }),
    ...(typeof certificate === 'string' && { certificate }),
  };
};

const livingInstances = ({ instances }: StateFile): StoredInstance[] =>
  instances
    .map(parseInstance)
    .filter((instance) => instance !== undefined)
    .filter(({ process }) => isAliveHere(process))
    .sort((one, other) => other.startedAt.localeCompare(one.startedAt));

const isStateFile = (value: unknown): value is StateFile =>
  isObject(value) &&
  Array.isArray(value.instances) &&
  Array.isArray(value.edits) &&
  (value.trusted === undefined || Array.isArray(value.trusted));

const isTrustedFile = (value: unknown): value is TrustedFile =>
  isObject(value) && [value.id, value.sha256, value.trustedAt].every((field) => typeof field === 'string');

export interface OpenStateOptions {
  /** Told when the file was damaged and has been set aside. */
  readonly onNotice?: (message: string) => void;
}

/**
 * Opens the state of a data folder; nothing is written until something changes.
 * @throws GatewayError command_failed, from its functions, if the folder cannot be read or written
 */
export const openState = async <Edit extends { readonly id: string }>(
  dataDir: string,
  { onNotice = () => {} }: OpenStateOptions = {},
): Promise<State<Edit>> => {
  const path = join(dataDir, FILE);
  const db = new Low<unknown>(privateJsonFile(path), EMPTY);

  /** @returns undefined if the file is damaged */
  const tryRead = async (): Promise<StateFile | undefined> => {
    try {
      db.data = EMPTY;
      await db.read();
    } catch (cause) {
      if (cause instanceof SyntaxError) return undefined;
      throw cause;
    }
    return isStateFile(db.data) ? db.data : undefined;
  };
  const readLocked = async (): Promise<StateFile> => {
    const known = await tryRead();
    if (known) return known;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
    await rename(path, aside);
    onNotice(`${path} was damaged; it is kept as ${aside}, and begun anew`);
    return EMPTY;
  };
  const inTrouble = (cause: unknown): unknown =>
    cause instanceof GatewayError
      ? cause
      : new GatewayError(
          'command_failed',
          `the state in ${path} cannot be read or written: ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        );
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      createPrivateFolder(dataDir);
      return await withFileLock(`${path}.lock`, work);
    } catch (cause) {
      throw inTrouble(cause);
    }
  };
  const change = (next: (current: StateFile) => StateFile): Promise<void> =>
    locked(async () => {
      db.data = next(await readLocked());
      await db.write();
    });
  const read = async (): Promise<StateFile> => {
    try {
      return (await tryRead()) ?? (await locked(readLocked));
    } catch (cause) {
      throw inTrouble(cause);
    }
  };

  const isEdit = (value: unknown): value is Edit => isObject(value) && typeof value.id === 'string';
  const entriesIn = <Entry extends { readonly id: string }>(
    key: 'edits' | 'trusted',
    isEntry: (value: unknown) => value is Entry,
  ): StateEntries<Entry> => {
    const without = (state: StateFile, id: string): readonly unknown[] =>
      (state[key] ?? []).filter((other) => !isEntry(other) || other.id !== id);
    return {
      list: async () => ((await read())[key] ?? []).filter(isEntry),
      add: (entry) => change((state) => ({ ...state, [key]: [...without(state, entry.id), entry] })),
      remove: (id) => change((state) => ({ ...state, [key]: without(state, id) })),
    };
  };
  const listInstances = async (): Promise<RunningInstance[]> =>
    livingInstances(await read()).map(({ process: _process, ...instance }) => instance);

  return {
    edits: entriesIn('edits', isEdit),
    trusted: entriesIn('trusted', isTrustedFile),
    instances: listInstances,
    findRunningUrl: async () => (await listInstances())[0]?.url,
    announce: async (instance) => {
      const own: StoredInstance = { ...instance, pid: process.pid, process: ownIdentity() };
      const others = (state: StateFile): StoredInstance[] =>
        livingInstances(state).filter(({ url, pid }) => pid !== own.pid || url !== own.url);
      await change((state) => ({ ...state, instances: [...others(state), own] }));
      return () => change((state) => ({ ...state, instances: others(state) }));
    },
  };
};
