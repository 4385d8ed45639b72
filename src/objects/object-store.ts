import type http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../base/errors.ts';
import { createHideSecrets } from '../base/secrets/hide-secrets.ts';
import { readWaitOfHeaders } from '../base/time/read-wait.ts';
import { textsOf, textsWithin } from '../base/xml/read-xml.ts';
import type { BodiesConfig } from '../config/read-bodies.ts';
import { createAwsKeys } from '../providers/credentials/aws/create-aws-keys.ts';
import { createS3Signer } from '../providers/credentials/sign-for-s3.ts';
import { askStore, type StoreAnswer, type StoreRequest } from './ask-store.ts';
import { codeOf, explainAnswer, explainError, type StoreFailure } from './explain-failure.ts';
import { createGate, type Gate } from './gate.ts';

export interface ObjectStoreDeps {
  readonly config: Omit<BodiesConfig, 'proxies' | 'writes'>;
  readonly agent: http.Agent;
  /** The connections to whoever gives the keys of a role by `https`; absent: direct ones. */
  readonly keysAgent?: http.Agent | undefined;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Told when one kind of work begins to fail, why, and when it works again. */
  readonly onTrouble: (trouble: string | undefined) => void;
}

/** Part of a bucket of an S3-compatible store. All of it rejects with storage_unavailable. */
export interface ObjectStore {
  /** For messages. */
  readonly place: string;
  /** A sentence; undefined while all is well, or nobody has asked. */
  readonly trouble: string | undefined;
  /** Writes an object whole, or not at all; again where it is there. @param key below the prefix */
  put(key: string, bytes: Buffer): Promise<void>;
  /** @returns undefined where there is no such object; fewer bytes where it is shorter */
  get(key: string, start: number, length: number): Promise<Buffer | undefined>;
  /** The names directly below a folder, with a slash at its end: at most 1,000, in their order. */
  listFolders(folder: string): Promise<readonly string[]>;
  /** Keys below a folder: at most 1,000, in their order. */
  listKeys(folder: string): Promise<readonly string[]>;
  /** Does nothing where there is no such object. */
  remove(key: string): Promise<void>;
  close(): void;
}

/** Work of one kind waits where the last of its kind has failed: other credentials may be missing for each. */
type Work = 'store' | 'read' | 'delete';

/** Somebody waits for what is read. */
const TRIES: Readonly<Record<Work, number>> = { store: 3, read: 2, delete: 3 };
const FIRST_PAUSE_MS = 200;
const MAX_ASKED_PAUSE_MS = 5_000;
/** Requests at once, of each kind of work. */
const MAX_AT_ONCE = 8;
const MAX_LIST_BYTES = 4 * 2 ** 20;
const MAX_LISTED = 1_000;
/** For how long nothing is asked at most, after the store has failed again and again. */
const MAX_CLOSED_MS: Readonly<Record<Work, number>> = { store: 30_000, read: 10_000, delete: 60_000 };
const ANSWER_WITHIN_MS = 4_000;
/** What a slow line carries at least. */
const BYTES_PER_MS = 256;

const withinMs = (bytes: number): number => ANSWER_WITHIN_MS + Math.ceil(bytes / BYTES_PER_MS);

/** Where requests go: the bucket's name is part of the host's, or of the path. */
export const hostOf = ({
  bucket,
  endpoint,
  usesPathStyle,
}: Pick<BodiesConfig, 'bucket' | 'endpoint' | 'usesPathStyle'>): URL => {
  const url = new URL(endpoint);
  if (!usesPathStyle) url.hostname = `${bucket}.${url.hostname}`;
  return url;
};

type Ask = Omit<StoreRequest, 'headers' | 'signal' | 'url' | 'asksFirst'> & {
  /** Below the bucket. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly range?: string;
  /** Statuses and codes that are an answer, not a failure. */
  readonly isAnswer: (answer: StoreAnswer) => boolean;
};

export const openObjectStore = ({
  config,
  agent,
  keysAgent,
  now,
  onTrouble,
}: ObjectStoreDeps): ObjectStore => {
  const { bucket, prefix, endpoint, usesPathStyle } = config;
  const place = `s3://${bucket}${prefix && `/${prefix}`} at ${endpoint}`;
  const keys = createAwsKeys(config.credentials, { now: () => Date.now() });
  const sign = createS3Signer(config.region, () => keys.get(keysAgent));
  const stop = new AbortController();
  const base = hostOf(config);
  const root = usesPathStyle ? `/${bucket}/` : '/';
  const below = prefix === '' ? '' : `${prefix}/`;
  const gates: Readonly<Record<Work, Gate>> = {
    store: createGate(MAX_AT_ONCE, MAX_CLOSED_MS.store, now),
    read: createGate(MAX_AT_ONCE, MAX_CLOSED_MS.read, now),
    delete: createGate(MAX_AT_ONCE, MAX_CLOSED_MS.delete, now),
  };
  let told: string | undefined;
  const currentTrouble = (): string | undefined =>
    (gates.store.error ?? gates.read.error ?? gates.delete.error)?.message;
  const tell = (): void => {
    const trouble = currentTrouble();
    if (trouble === told) return;
    told = trouble;
    onTrouble(trouble);
  };

  const failureOf = (work: Work, { why, remedy }: StoreFailure): GatewayError => {
    const what = { store: 'takes no bodies', read: 'gives no bodies', delete: 'deletes no bodies' }[work];
    return new GatewayError(
      'storage_unavailable',
      createHideSecrets(keys.secrets())(`The store of bodies, ${place}, ${what}: ${why}. ${remedy}`),
    );
  };

  /** @throws StoreFailure where it is no answer */
  const askOnce = async (
    { path, query = {}, range, isAnswer, ...rest }: Ask,
    asksFirst: boolean,
  ): Promise<StoreAnswer> => {
    const url = new URL(root + path, base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const { method, body, maxBytes } = rest;
    const headers = { ...(await sign({ method, url, body })), ...(range !== undefined && { range }) };
    // Signals that are made of others may be collected before they fire.
    const attempt = new AbortController();
    const giveUp = (): void => attempt.abort();
    const timer = setTimeout(giveUp, withinMs((body?.length ?? 0) + maxBytes));
    stop.signal.addEventListener('abort', giveUp);
    try {
      return await askStore({ ...rest, url, headers, asksFirst, signal: attempt.signal }, agent);
    } finally {
      clearTimeout(timer);
      stop.signal.removeEventListener('abort', giveUp);
    }
  };

  const ask = async (work: Work, asked: Ask): Promise<StoreAnswer> => {
    const gate = gates[work];
    return gate.pass(async () => {
      for (let tries = 1; ; tries++) {
        let failure: StoreFailure;
        let askedPauseMs = 0;
        try {
          const answer = await askOnce(asked, tries > 1);
          if (asked.isAnswer(answer)) {
            gate.open();
            tell();
            return answer;
          }
          failure = explainAnswer(answer);
          askedPauseMs = readWaitOfHeaders(answer.headers, Date.now()) ?? 0;
        } catch (error) {
          failure = explainError(error);
        }
        if (!failure.isPassing || tries >= TRIES[work] || stop.signal.aborted) {
          const error = failureOf(work, failure);
          if (!stop.signal.aborted) gate.close(error);
          tell();
          throw error;
        }
        const ownMs = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
        const ms = Math.max(ownMs, Math.min(askedPauseMs, MAX_ASKED_PAUSE_MS));
        await pause(ms, undefined, { signal: stop.signal }).catch(() => {});
      }
    });
  };

  const list = async (folder: string, delimiter?: string): Promise<string> => {
    const { body } = await ask('delete', {
      method: 'GET',
      path: '',
      query: {
        'list-type': '2',
        prefix: below + folder,
        'max-keys': String(MAX_LISTED),
        ...(delimiter !== undefined && { delimiter }),
      },
      maxBytes: MAX_LIST_BYTES,
      isAnswer: ({ status }) => status === 200,
    });
    return body.toString('utf8');
  };
  const unprefixed = (names: readonly string[]): readonly string[] =>
    names.filter((name) => name.startsWith(below)).map((name) => name.slice(below.length));

  return {
    place,
    get trouble() {
      return currentTrouble();
    },
    put: async (key, bytes) => {
      const path = below + key;
      await ask('store', {
        ...{ method: 'PUT', path, body: bytes, maxBytes: MAX_LISTED },
        isAnswer: ({ status }) => status === 200,
      });
    },
    get: async (key, start, length) => {
      const answer = await ask('read', {
        method: 'GET',
        path: below + key,
        range: `bytes=${start}-${start + length - 1}`,
        maxBytes: length,
        isAnswer: (one) =>
          one.status === 206 || one.status === 416 || (one.status === 404 && codeOf(one) === 'NoSuchKey'),
      });
      if (answer.status === 404) return undefined;
      return answer.status === 206 ? answer.body : Buffer.alloc(0);
    },
    listFolders: async (folder) =>
      unprefixed(textsWithin(await list(folder, '/'), 'CommonPrefixes', 'Prefix')),
    listKeys: async (folder) => unprefixed(textsOf(await list(folder), 'Key')),
    remove: async (key) => {
      await ask('delete', {
        ...{ method: 'DELETE', path: below + key, maxBytes: MAX_LISTED },
        isAnswer: ({ status }) => status === 204 || status === 200 || status === 404,
      });
    },
    close: () => {
      stop.abort();
      agent.destroy();
      keysAgent?.destroy();
    },
  };
};
