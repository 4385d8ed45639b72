import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STREAM } from '../support/faults/messages.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** Two hundred for a proof, few for every day. */
const KILLS = Number(process.env.GOMODEL_FAULT_KILLS ?? 6);
const CLIENTS = 12;

/** Ids of the clients' own, in the order in which the upstream saw them. */
const seen: string[] = [];
let server: Server;
let untilSeen: { count: number; tell: () => void } | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(String(request.headers['x-client-request-id']));
    if (untilSeen && seen.length >= untilSeen.count) untilSeen.tell();
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // Half of the answers are still running when it happens.
    response.write(STREAM.slice(0, 200));
    if (seen.length % 2) setImmediate(() => response.end(STREAM.slice(200)));
    else setTimeout(() => response.end(STREAM.slice(200)), 20);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = async (url: string, id: string): Promise<void> => {
  const response = await fetch(`${url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-client-request-id': id },
    body: JSON.stringify({ model: 'gpt-test', stream: true, input: `ask ${id} ${'x'.repeat(2000)}` }),
  });
  await response.text();
};

const linesOf = (dataDir: string): string[] => {
  const folder = join(dataDir, 'audit');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean));
};

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

it(
  `has a record of every request that the upstream saw, whole, after ${KILLS} kill -9 under load (LESSONS.md 28)`,
  async () => {
    const upstreamUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const dataDir = join(createTemporaryFolder('crashes'), 'data');
    const start = () => startHeldGateway({ upstreamUrl, dataDir, args: ['--no-tail'] });

    for (let round = 0; round < KILLS; round++) {
      const gateway = await start();
      let killed = false;
      const load = Array.from({ length: CLIENTS }, async (_, client) => {
        for (let index = 0; !killed; index++) {
          await ask(gateway.url, `${round}-${client}-${index}`).catch(() => {});
        }
      });
      await new Promise<void>((tell) => {
        untilSeen = { count: seen.length + 1 + Math.floor(Math.random() * 300), tell };
      });
      const exited = gateway.stop('SIGKILL');
      killed = true;
      await exited;
      await Promise.all(load);
    }

    const last = await start();
    expect(await last.stop('SIGTERM')).toBe(0);
    expect(linesOf(dataDir).filter((line) => !isJson(line))).toEqual([]);
    const records = await last.everyRecord();
    const byClient = new Map(records.map((record) => [record.clientRequestId, record]));
    expect(seen.filter((id) => !byClient.has(id))).toEqual([]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    const endless = records.filter(({ response }) => response.finish === undefined).map(({ id }) => id);
    expect(endless).toEqual([]);
    const endings = new Set(seen.map((id) => byClient.get(id)?.response.finish));
    // Nothing is left without an end, and nothing is said to have failed that was only killed.
    expect([...endings].filter((finish) => finish !== 'completed' && finish !== 'interrupted')).toEqual([]);
    expect(endings).toContain('interrupted');
  },
  60_000 + KILLS * 20_000,
);
