import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStoredBody } from '../../src/log/bodies/read-stored-body.ts';
import { readExchange } from '../../src/log/files/read-exchange.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';
import { generateConnection, LAST_WORDS } from '../support/fuzz/generate-framing.ts';
import { startStrictUpstream } from '../support/fuzz/strict-upstream.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../support/gateway/send-raw.ts';

const SIDE_BY_SIDE = 16;
const CONNECTIONS = cases(4000);

type StrictUpstream = Awaited<ReturnType<typeof startStrictUpstream>>;
let upstream: StrictUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startStrictUpstream();
  // What waits for the rest of a body is refused soon; what does not has all its bytes already.
  gateway = await composeGateway(`${upstream.url}/base/v1`, { timeouts: { bodyIdleMs: 300 } });
});
afterEach(() => upstream.close());

const nameOf = (target: string): string => /[?&]case=([\w-]+)/.exec(target)?.[1] ?? target;

/** Sends it and waits for the end that every connection has. */
const play = async (bytes: Buffer): Promise<string> => {
  const socket = await openRaw(gateway.port, Buffer.concat([bytes, LAST_WORDS]));
  socket.on('error', () => {});
  return readToEnd(socket);
};

const playAll = async (connections: readonly Buffer[]): Promise<string[]> => {
  const answers: string[] = [];
  const queue = connections.entries();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const [index, bytes] of queue) answers[index] = await play(bytes);
    }),
  );
  return answers;
};

it(`sends on exactly the requests that it has recorded, body for body, over ${CONNECTIONS} connections of doubtful framing`, async () => {
  const connections = Array.from({ length: CONNECTIONS }, (_, index) =>
    generateConnection(randomOf(1, index), `c${index}`),
  );
  const answers = await playAll(connections);
  expect(upstream.violations).toEqual([]);

  const records = await gateway.records();
  const recorded = new Map(records.map((record) => [nameOf(record.path), record]));
  const seen = new Set<string>();
  for (const request of upstream.requests) {
    const name = nameOf(request.target);
    expect(seen, `${name} was seen twice`).not.toContain(name);
    seen.add(name);
    const record = recorded.get(name);
    expect(record, `${name} was seen by the upstream and has no record`).toBeDefined();
    expect(request.method).toBe(record?.method);
    expect(request.body.length, name).toBe(record?.request.bodyBytes ?? record?.request.wireBytes ?? 0);
  }
  const answered = records.filter(({ status, upstream: host }) => status === 200 && host !== undefined);
  for (const { path } of answered) expect(seen).toContain(nameOf(path));
  // Else this would be a test of refusals.
  expect(answered.length).toBeGreaterThan(CONNECTIONS / 10);
  expect(records.filter(({ status }) => status === 400).length).toBeGreaterThan(CONNECTIONS / 10);

  // Answers come back in the order of the requests of their connection, each to its own.
  for (const [index, answer] of answers.entries()) {
    const targets = [...answer.matchAll(/"target":"[^"]*case=(c\d+-\d+[^"&]*)"/g)].map(([, name]) => name);
    expect(targets.every((name) => name?.startsWith(`c${index}-`))).toBe(true);
    expect(targets).toEqual([...targets].sort());
  }
});

it('has the bytes in its log that the upstream was sent', async () => {
  await playAll(
    Array.from({ length: cases(150) }, (_, index) => generateConnection(randomOf(2, index), `c${index}`)),
  );
  const records = await gateway.records();
  const seen = new Map(upstream.requests.map((request) => [nameOf(request.target), request.body]));
  for (const { id, path, request } of records) {
    const body = seen.get(nameOf(path));
    if (body === undefined || body.length === 0 || request.bodyBytes === undefined) continue;
    const stored = (await readExchange(gateway.dataDir, id))?.requestBody;
    if (stored === undefined) continue;
    expect(await readStoredBody(stored, 'request')).toEqual({ bytes: body });
  }
});

it('forgets what waited behind another answer when its connection closes', async () => {
  const silent = await startStrictUpstream(() => '');
  const waiting = await composeGateway(silent.url);
  const body = '{"model":"gpt-test"}';
  const request = `POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = await openRaw(waiting.port, request.repeat(20));
  while (silent.requests.length < 20) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  const records = await waiting.records();
  expect(records.map(({ response }) => response.finish)).toEqual(Array(20).fill('aborted'));
  await silent.close();
});
