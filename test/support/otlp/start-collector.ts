import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { decodeOfficially } from './official-types.ts';

type Value = string | number | boolean | readonly Value[];

/** A span, a log record or a metric, with its attributes by name. */
export interface ReceivedItem {
  readonly attributes: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
  readonly [member: string]: unknown;
}

interface ReceivedExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly items: readonly ReceivedItem[];
  /** As it came. */
  readonly body: Buffer;
}

/** Answers one export: a status, or whatever it does with the response itself. */
export type Answering = number | ((response: ServerResponse) => void);

/** A receiver of OTLP over HTTP that reads by the official definitions. */
export interface Collector {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly exports: readonly ReceivedExport[];
  /** All items so far that were sent to a path, such as `/v1/traces`. */
  items(path: string): readonly ReceivedItem[];
  /** Waits until a path has so many items. */
  until(path: string, count: number): Promise<readonly ReceivedItem[]>;
  /** How the exports to come are answered, one after another; then with 200. */
  answerNext(...answers: readonly Answering[]): void;
  /** How all exports are answered. */
  answerAll(answer: Answering | undefined): void;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;

const readValue = (value: Json = {}): Value => {
  const [[kind, inner] = ['', '']] = Object.entries(value);
  if (kind === 'intValue') return Number(inner);
  if (kind === 'arrayValue') return (((inner as Json).values as Json[]) ?? []).map(readValue);
  return inner as Value;
};

const attributesOf = (holder: Json | undefined): Record<string, Value> =>
  Object.fromEntries(
    ((holder?.attributes ?? []) as { key: string; value?: Json }[]).map(({ key, value }) => [
      key,
      readValue(value),
    ]),
  );

const listOf = (holder: Json, ...names: string[]): Json[] =>
  (names.map((name) => holder[name]).find(Array.isArray) ?? []) as Json[];

const itemsOf = (message: Json): ReceivedItem[] =>
  listOf(message, 'resourceSpans', 'resourceLogs', 'resourceMetrics').flatMap((one) =>
    listOf(one, 'scopeSpans', 'scopeLogs', 'scopeMetrics').flatMap((scope) =>
      listOf(scope, 'spans', 'logRecords', 'metrics').map((item) => ({
        ...item,
        attributes: attributesOf(item),
        resource: attributesOf(one.resource as Json),
      })),
    ),
  );

export const startCollector = async (): Promise<Collector> => {
  const exports: ReceivedExport[] = [];
  const waiting = new Set<() => void>();
  let next: Answering[] = [];
  let always: Answering | undefined;
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    const answer = next.shift() ?? always ?? 200;
    if (typeof answer === 'function') return answer(response);
    const body = await buffer(request);
    if (answer === 200) {
      const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const isJson = headers['content-type'] === 'application/json';
      const message = isJson ? JSON.parse(plain.toString()) : decodeOfficially(path, plain);
      exports.push({ path, headers, items: itemsOf(message), body });
    }
    response.writeHead(answer, { 'content-type': 'application/x-protobuf' }).end();
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const items = (path: string): readonly ReceivedItem[] =>
    exports.filter((one) => one.path === path).flatMap((one) => one.items);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    items,
    until: (path, count) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = items(path);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    answerNext: (...answers) => {
      next = [...answers];
    },
    answerAll: (answer) => {
      always = answer;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
