import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { findFreePort } from './find-free-port.ts';
import { readResidentMb } from './process-figures.ts';
import { type Started, startProcess } from './start-process.ts';
import { median } from './summarize.ts';

export type Mode = 'relay' | 'bridge';

export interface WebSocketFigures {
  readonly mode: Mode;
  /** From the upstream's write to the client's read, in ms, at the median. */
  readonly directMs: number;
  /** What the gateway adds to that. */
  readonly addedMs: number;
  /** Resident memory of one more idle connection, in KB of 10^3 bytes: silent until now, or after a warm-up. */
  readonly silentKb: number;
  readonly spokenKb: number;
}

export interface MeasureInput {
  readonly servers: string;
  readonly root: string;
  readonly rounds: number;
}

const CONNECTIONS = 500;
const SETTLE_MS = 2_000;
const AT = /"at":(\d+)/;
const CREATE = '{"type":"response.create","model":"bench","store":false,"input":[]}';
const WARM_UP = `{"type":"response.create","generate":false,"input":[],"tools":"${'tool '.repeat(6000)}"}`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const passedMs = (text: string, nowNs: bigint): number | undefined => {
  const at = AT.exec(text)?.[1];
  return at === undefined ? undefined : Number(nowNs - BigInt(at)) / 1e6;
};

const connect = async (port: number): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`, { perMessageDeflate: true });
  await once(socket, 'open');
  return socket;
};

const untilCompleted = (socket: WebSocket, see: (text: string, nowNs: bigint) => void): Promise<void> =>
  new Promise((resolve) => {
    const onMessage = (data: unknown): void => {
      const nowNs = process.hrtime.bigint();
      const text = String(data);
      see(text, nowNs);
      if (!text.includes('response.completed')) return;
      socket.off('message', onMessage);
      resolve();
    };
    socket.on('message', onMessage);
  });

const timeOverWebSocket = async (port: number): Promise<number> => {
  const times: number[] = [];
  const socket = await connect(port);
  const completed = untilCompleted(socket, (text, nowNs) => times.push(passedMs(text, nowNs) ?? Number.NaN));
  socket.send(CREATE);
  await completed;
  socket.terminate();
  return median(times.filter((time) => !Number.isNaN(time)));
};

const timeOverHttp = async (port: number): Promise<number> => {
  const times: number[] = [];
  const request = http.request({ port, path: '/v1/responses', method: 'POST', agent: false }).end(CREATE);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let rest = '';
  response.on('data', (chunk: Buffer) => {
    const nowNs = process.hrtime.bigint();
    const events = (rest + chunk).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) times.push(passedMs(event, nowNs) ?? Number.NaN);
  });
  await once(response, 'end');
  return median(times.filter((time) => !Number.isNaN(time)));
};

/** What each of many connections adds to the gateway, which has served as many before. */
const weigh = async (gateway: Started, speaks: boolean): Promise<number> => {
  const openMany = async (): Promise<WebSocket[]> => {
    const sockets: WebSocket[] = [];
    for (let count = 0; count < CONNECTIONS; count++) {
      const socket = await connect(gateway.port);
      sockets.push(socket);
      if (!speaks) continue;
      const completed = untilCompleted(socket, () => {});
      socket.send(WARM_UP);
      await completed;
    }
    await pause(SETTLE_MS);
    return sockets;
  };
  const drop = (sockets: readonly WebSocket[]): void => {
    for (const socket of sockets) socket.terminate();
  };
  drop(await openMany());
  await pause(SETTLE_MS);
  const before = readResidentMb(gateway.pid);
  const sockets = await openMany();
  const after = readResidentMb(gateway.pid);
  drop(sockets);
  return ((after - before) * 1000) / CONNECTIONS;
};

/** Both in turn, so that what else the machine does falls on both. */
const compare = async (rounds: number, direct: () => Promise<number>, through: () => Promise<number>) => {
  const pairs: { readonly directMs: number; readonly throughMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ directMs: await direct(), throughMs: await through() });
  }
  return {
    directMs: median(pairs.map(({ directMs }) => directMs)),
    addedMs: median(pairs.map(({ directMs, throughMs }) => throughMs - directMs)),
  };
};

/** Measures what the gateway adds to each event over WebSocket, and what an idle connection costs. */
export const measureWebSocket = async (mode: Mode, input: MeasureInput): Promise<WebSocketFigures> => {
  const { servers, root, rounds } = input;
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-bench-'));
  mkdirSync(join(folder, 'log'));
  const started: Started[] = [];
  const start = async (core: 'proxy' | 'load', command: readonly string[], port: number, env = {}) => {
    const one = await startProcess({ core, command, port, folder, env });
    started.push(one);
    return one;
  };
  try {
    const upstreamPort = await findFreePort();
    await start(
      'load',
      [process.execPath, join(servers, 'event-upstream.mjs'), String(upstreamPort)],
      upstreamPort,
    );
    const port = await findFreePort();
    const serve = ['serve', '--port', String(port), '--data-dir', join(folder, 'log'), '--quiet'];
    const gateway = await start(
      'proxy',
      [process.execPath, join(root, 'bin/gomodel-ts.js'), ...serve],
      port,
      {
        OPENAI_API_KEY: 'sk-bench',
        OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
        WEBSOCKETS: mode,
      },
    );
    const direct = mode === 'relay' ? timeOverWebSocket : timeOverHttp;
    await timeOverWebSocket(port);
    return {
      mode,
      ...(await compare(
        rounds,
        () => direct(upstreamPort),
        () => timeOverWebSocket(port),
      )),
      silentKb: await weigh(gateway, false),
      spokenKb: await weigh(gateway, true),
    };
  } finally {
    for (const one of started) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
