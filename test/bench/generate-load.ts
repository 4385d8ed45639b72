import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasCommand, pin } from './start-process.ts';
import { median, percentile } from './summarize.ts';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyFile: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadFigures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

export const hasWrk = hasCommand('wrk');

/** wrk prints rounded figures; this prints them whole. */
const wrkScript = ({ headers, bodyFile }: Load): string => `
local file = io.open(${JSON.stringify(bodyFile)}, "rb")
wrk.body = file:read("*a")
file:close()
wrk.method = "POST"
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  .join('\n')}
done = function(summary, latency)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors))
end
`;

const runWrk = async (load: Load, folder: string): Promise<LoadFigures> => {
  const script = join(folder, 'load.lua');
  writeFileSync(script, wrkScript(load));
  const url = `http://127.0.0.1:${load.port}${load.path}`;
  const command = ['wrk', '-t1', `-c${load.connections}`, `-d${load.seconds}`, '-s', script, url];
  const { stdout } = await promisify(execFile)(...pin('load', command));
  const found = /FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout);
  if (!found) throw new Error(`wrk printed no figures: ${stdout}`);
  const [requests = 0, durationUs = 1, p50Us = 0, p99Us = 0, errors = 0] = found.slice(1).map(Number);
  const requestsPerSecond = (requests * 1e6) / durationUs;
  return { requests, requestsPerSecond, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, errors };
};

const sendOnce = (load: Load, body: Buffer, agent: http.Agent): Promise<boolean> =>
  new Promise((resolve) => {
    const headers = { ...load.headers, 'content-length': body.length };
    const { port, path } = load;
    const request = http.request(
      { host: '127.0.0.1', port, path, method: 'POST', headers, agent },
      (response) => {
        const isFine = response.statusCode !== undefined && response.statusCode < 300;
        response.resume().on('end', () => resolve(isFine));
      },
    );
    request.on('error', () => resolve(false));
    request.end(body);
  });

/** Where wrk is missing: each connection asks again as soon as it is answered. It is slower than a fast proxy. */
const runNode = async (load: Load): Promise<LoadFigures> => {
  const body = readFileSync(load.bodyFile);
  const agent = new http.Agent({ keepAlive: true });
  const latencies: number[] = [];
  let errors = 0;
  const began = performance.now();
  const ask = async (): Promise<void> => {
    while (performance.now() - began < load.seconds * 1000) {
      const sent = performance.now();
      if (!(await sendOnce(load, body, agent))) errors++;
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, ask));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  const requests = latencies.length;
  const p99Ms = percentile(latencies, 0.99);
  return { requests, requestsPerSecond: requests / seconds, p50Ms: median(latencies), p99Ms, errors };
};

/** Loads a port for some seconds, with as many requests at a time as there are connections. */
export const generateLoad = (load: Load, folder: string): Promise<LoadFigures> =>
  hasWrk ? runWrk(load, folder) : runNode(load);
