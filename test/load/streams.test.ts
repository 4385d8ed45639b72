import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { delayProbe, type LoopDelay, readLoopDelay } from '../bench/loop-delay.ts';
import { type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { askStream } from './ask-stream.ts';
import { type PacedUpstream, startPacedUpstream } from './start-paced-upstream.ts';
import { growthOf, readHoldings, slopePerHour, watchProcess } from './watch-process.ts';

const read = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
/** Minutes where they are asked for, seconds in CI. */
const BURST_STREAMS = read('LOAD_STREAMS', 500);
const BURST_SECONDS = read('LOAD_SECONDS', 10);
const SOAK_STREAMS = read('SOAK_STREAMS', 64);
const SOAK_SECONDS = read('SOAK_SECONDS', 30);
const PACE_MS = 250;
const SOAK_DELTAS = 12;
/** A slope of less is noise. */
const SLOPE_FROM_SECONDS = 300;

let upstream: PacedUpstream;
let gateway: GatewayProcess;
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const pid = (): number => gateway.pid ?? 0;
const probeFolder = createTemporaryFolder('delay');

/** Tells how late the gateway's event loop was while this ran. A time decides no test: it is only told. */
const tellDelay = async (during: string, work: () => Promise<void>): Promise<void> => {
  await readLoopDelay(pid(), probeFolder);
  await work();
  const { p50Ms, p99Ms, longestMs }: LoopDelay = await readLoopDelay(pid(), probeFolder);
  process.stdout.write(
    `${during}: event loop late by ${p50Ms.toFixed(1)} ms at the median, ${p99Ms.toFixed(1)} at p99, ${longestMs.toFixed(1)} at most\n`,
  );
};

beforeAll(async () => {
  upstream = await startPacedUpstream(PACE_MS);
  const probe = join(probeFolder, 'delay-probe.mjs');
  const source = join(import.meta.dirname, '../bench/servers/delay-probe.ts');
  await build({ entryPoints: [source], outfile: probe, format: 'esm', platform: 'node' });
  gateway = await startGateway({
    upstreamUrl: upstream.url,
    args: ['--no-tail'],
    env: { NODE_OPTIONS: delayProbe(probe, probeFolder).join(' ') },
  });
});
afterAll(async () => {
  agent.destroy();
  await gateway?.stop();
  upstream?.close();
});

it(`gives ${BURST_STREAMS} streams at once every byte, in order`, async () => {
  const deltas = Math.ceil((BURST_SECONDS * 1000) / PACE_MS);
  const broken: string[] = [];
  await tellDelay(`${BURST_STREAMS} streams`, async () => {
    const streams = Array.from({ length: BURST_STREAMS }, (_, index) =>
      askStream(gateway.url, agent, { id: `burst-${index}`, deltas }),
    );
    for (const outcome of await Promise.allSettled(streams)) {
      if (outcome.status === 'rejected') broken.push(String(outcome.reason));
    }
  });
  expect(broken).toEqual([]);
  const records = await gateway.logs((all) => all.every(({ response }) => response.finish !== undefined));
  expect(records.every(({ response }) => response.events === deltas + 2)).toBe(true);
});

it(`holds neither memory nor descriptors while ${SOAK_STREAMS} streams come again and again`, async () => {
  const endsAt = performance.now() + SOAK_SECONDS * 1000;
  const before = readHoldings(pid());
  const watch = watchProcess(pid(), 500);
  let asked = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      asked++;
      await askStream(gateway.url, agent, { id: `soak-${asked}`, deltas: SOAK_DELTAS });
    }
  };
  await tellDelay(`${SOAK_STREAMS} streams again and again`, async () => {
    await Promise.all(Array.from({ length: SOAK_STREAMS }, client));
  });
  watch.stop();
  expect(asked).toBeGreaterThan(SOAK_STREAMS);
  const memory = watch.samples.map(({ residentMb }) => residentMb);
  const descriptors = watch.samples.map(({ descriptors: open }) => open);
  process.stdout.write(
    `${asked} streams; resident ${memory[0]?.toFixed(0)} → ${memory.at(-1)?.toFixed(0)} MB, descriptors ${descriptors[0]} → ${descriptors.at(-1)}\n`,
  );
  if (SOAK_SECONDS >= SLOPE_FROM_SECONDS) {
    const memorySlope = slopePerHour(watch.samples, ({ residentMb }) => residentMb);
    const descriptorSlope = slopePerHour(watch.samples, ({ descriptors: open }) => open);
    process.stdout.write(
      `after the warm-up: ${memorySlope.toFixed(1)} MB and ${descriptorSlope.toFixed(1)} descriptors an hour\n`,
    );
  }
  if (before === undefined) return;
  expect(growthOf(memory)).toBeLessThan(40);
  expect(growthOf(descriptors)).toBeLessThan(10);
  agent.destroy();
  // Connections to clients are gone; those to the upstream are kept for a while, and are no more than ran.
  await pause(1000);
  expect(readHoldings(pid())?.descriptors).toBeLessThan(before.descriptors + SOAK_STREAMS);
});
