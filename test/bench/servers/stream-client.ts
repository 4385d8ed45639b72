import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { StreamFigures, StreamLoad } from '../ask-streams.ts';
import { median } from '../summarize.ts';

// Asks for streams, as many at a time as it is told, and reads each to its end. argv: a StreamLoad as JSON.
// It prints StreamFigures.
const SILENT_MS = 15_000;
/** Of the streams one after another, those that warm this process and its connection. */
const WARM_UP_SHARE = 0.2;

const load = JSON.parse(process.argv[2] ?? '') as StreamLoad;
const body = readFileSync(load.bodyFile);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** @returns ms to the first event; undefined where the stream does not come to its end */
const ask = (): Promise<number | undefined> =>
  new Promise((resolve) => {
    const { port, path } = load;
    const headers = { ...load.headers, 'content-length': body.length };
    const began = performance.now();
    const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent });
    request.setTimeout(SILENT_MS, () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('response', (response) => {
      let firstMs: number | undefined;
      let rest = '';
      let isWhole = false;
      response.on('data', (chunk: Buffer) => {
        const text = rest + chunk.toString('latin1');
        if (firstMs === undefined && text.includes('data:')) firstMs = performance.now() - began;
        isWhole ||= text.includes('response.completed');
        rest = text.slice(-32);
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 && isWhole ? firstMs : undefined));
    });
    request.end(body);
  });

const firsts: number[] = [];
let broken = 0;
const askInTurn = async (): Promise<void> => {
  for (let turn = 0; turn < load.times; turn++) {
    const firstMs = await ask();
    if (firstMs === undefined) broken++;
    else if (turn >= Math.floor(load.times * WARM_UP_SHARE)) firsts.push(firstMs);
  }
};
await Promise.all(Array.from({ length: load.streams }, askInTurn));
agent.destroy();
const figures: StreamFigures = { broken, firstMs: firsts.length > 0 ? median(firsts) : null };
process.stdout.write(JSON.stringify(figures));
