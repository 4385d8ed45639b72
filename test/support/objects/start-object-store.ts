import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { escapeHtml } from '../../../src/base/escape-html.ts';
import { type Refusal, type SignatureRules, verifySignature } from './verify-signature.ts';

/** How the store is at the moment. */
export type StoreMood =
  | { readonly kind: 'well' }
  /** Answers after so long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Takes a request, and says nothing. */
  | { readonly kind: 'hanging' }
  /** Answers as S3 does where it has an error. */
  | {
      readonly kind: 'refusing';
      readonly refusal: Refusal;
      readonly times?: number;
      readonly retryAfter?: string;
    }
  /** Ends the connection in the middle of an answer. */
  | { readonly kind: 'cutting'; readonly times?: number }
  /** Refuses before it has read what is sent, and closes: whoever goes on sending may never read why. */
  | { readonly kind: 'hasty'; readonly refusal: Refusal };

interface StoreRequestLog {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly bytes: number;
}

export interface ObjectStoreOptions extends Partial<Omit<SignatureRules, 'nowMs'>> {
  readonly bucket?: string;
  /** The bucket is the first label of the host. */
  readonly usesHostStyle?: boolean;
}

/** A server that speaks as S3 does, and believes no signature that it has not computed itself. */
export interface TestStore {
  /** Without a path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: Required<Pick<SignatureRules, 'accessKeyId' | 'secretAccessKey'>>;
  /** `BODIES_URL` of a gateway. */
  url(prefix?: string, more?: Readonly<Record<string, string>>): string;
  /** By key. */
  readonly objects: Map<string, Buffer>;
  /** Those that were let in. */
  readonly requests: readonly StoreRequestLog[];
  readonly refusals: readonly string[];
  readonly maxAtOnce: number;
  feel(mood: StoreMood): void;
  /** Ends it; `start` brings it back to the same address, with what it has. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly key: string;
  readonly body: Buffer;
  readonly searchParams: URLSearchParams;
  readonly range: string | undefined;
}

const DEFAULTS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'eu-test-1',
  bucket: 'bodies-of-a-team',
};

const noSuch = (what: string): Refusal => ({
  status: 404,
  code: `NoSuch${what}`,
  message: `The specified ${what.toLowerCase()} does not exist.`,
});

export const startObjectStore = async (options: ObjectStoreOptions = {}): Promise<TestStore> => {
  const { accessKeyId, secretAccessKey, region, bucket } = { ...DEFAULTS, ...options };
  const rules = { accessKeyId, secretAccessKey, region, sessionToken: options.sessionToken };
  const objects = new Map<string, Buffer>();
  const requests: StoreRequestLog[] = [];
  const refusals: string[] = [];
  let mood: StoreMood = { kind: 'well' };
  let moodTimes = 0;
  let running = 0;
  let maxAtOnce = 0;

  const answerError = (
    response: http.ServerResponse,
    { status, code, message }: Refusal,
    more = {},
  ): void => {
    refusals.push(code);
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeHtml(code)}</Code><Message>${escapeHtml(message)}</Message><RequestId>1</RequestId></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', ...more }).end(xml);
  };

  const list = (response: http.ServerResponse, query: URLSearchParams): void => {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const max = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
    const names = new Set<string>();
    for (const key of [...objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue;
      const at = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      names.add(at < 0 ? key : key.slice(0, at + 1));
    }
    const shown = [...names].slice(0, max).map((name) => escapeHtml(name));
    const items = shown.map((name) =>
      delimiter !== null && name.endsWith(delimiter)
        ? `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${name}</Key></Contents>`,
    );
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${bucket}</Name><Prefix>${escapeHtml(prefix)}</Prefix><IsTruncated>${names.size > max}</IsTruncated>${items.join('')}</ListBucketResult>`;
    response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
  };

  const getObject = (response: http.ServerResponse, key: string, range: string | undefined): void => {
    const bytes = objects.get(key);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (!bytes) answerError(response, noSuch('Key'));
    else if (from === undefined) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else if (Number(from) >= bytes.length)
      answerError(response, { status: 416, code: 'InvalidRange', message: 'not satisfiable' });
    else {
      const part = bytes.subarray(Number(from), Number(to) + 1);
      response.writeHead(206, { 'content-length': part.length });
      const isCut = mood.kind === 'cutting' && moodTimes-- > 0;
      if (isCut) response.write(part.subarray(0, part.length - 1), () => response.destroy());
      else response.end(part);
    }
  };

  const act = (response: http.ServerResponse, { method, key, body, searchParams, range }: Asked): void => {
    if (method === 'PUT') {
      objects.set(key, body);
      response.writeHead(200, { etag: '"1"' }).end();
    } else if (method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (method === 'GET' && key === '') list(response, searchParams);
    else if (method === 'GET') getObject(response, key, range);
    else answerError(response, { status: 405, code: 'MethodNotAllowed', message: 'no' });
  };

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    if (mood.kind === 'hasty') {
      answerError(response, mood.refusal, { connection: 'close' });
      response.once('finish', () => request.destroy());
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const lines = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    );
    const refusal = verifySignature(
      { method, target: url, headers: lines, body },
      { ...rules, nowMs: Date.now() },
    );
    if (refusal) {
      answerError(response, refusal);
      return;
    }
    const { pathname, searchParams } = new URL(url, 'http://store');
    const path = decodeURIComponent(pathname).slice(1);
    const isHosted = options.usesHostStyle === true;
    const named = (isHosted ? headers.host?.split('.')[0] : path.split('/')[0]) ?? '';
    const key = isHosted ? path : path.slice(named.length + 1);
    requests.push({ method, key, bytes: body.length });
    if (mood.kind === 'hanging') return;
    if (mood.kind === 'slow') await pause(mood.ms);
    if (mood.kind === 'refusing' && moodTimes-- > 0)
      answerError(response, mood.refusal, mood.retryAfter ? { 'retry-after': mood.retryAfter } : {});
    else if (named !== bucket) answerError(response, noSuch('Bucket'));
    else if (mood.kind === 'cutting' && method !== 'GET' && moodTimes-- > 0) response.destroy();
    else act(response, { method, key, body, searchParams, range: headers.range });
  };

  let server: http.Server;
  let port = 0;
  const start = async (): Promise<void> => {
    server = http.createServer((request, response) => {
      running++;
      maxAtOnce = Math.max(maxAtOnce, running);
      response.once('close', () => running--);
      serve(request, response).catch(() => response.destroy());
    });
    server.on('checkContinue', (request, response) => {
      if (mood.kind !== 'hasty') response.writeContinue();
      server.emit('request', request, response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await start();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    bucket,
    credentials: { accessKeyId, secretAccessKey },
    url: (prefix = '', more = {}) => {
      const query = new URLSearchParams({ endpoint, region, ...more });
      return `s3://${encodeURIComponent(accessKeyId)}:${encodeURIComponent(secretAccessKey)}@${bucket}/${prefix}?${query}`;
    },
    objects,
    requests,
    refusals,
    get maxAtOnce() {
      return maxAtOnce;
    },
    feel: (next) => {
      mood = next;
      moodTimes = ('times' in next ? next.times : undefined) ?? Number.POSITIVE_INFINITY;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start,
  };
};
