import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { askStreams, type StreamFigures, type StreamLoad } from './ask-streams.ts';
import { type Candidate, type CandidateInput, findCandidates } from './candidates.ts';
import { createBody } from './cases.ts';
import { createRig, type Rig } from './create-rig.ts';
import { findFreePort } from './find-free-port.ts';
import { delayProbe, readLoopDelay } from './loop-delay.ts';
import type { PacedScript, PacedState } from './paced-script.ts';
import { readCpuMs, readResidentMb } from './process-figures.ts';
import { type Started, startProcess } from './start-process.ts';
import { DIRECT } from './summarize.ts';
import { type StreamRow, type StreamSample, summarizeStreams } from './summarize-streams.ts';

export interface StreamOptions {
  readonly rounds: number;
  readonly rivals: boolean;
  readonly servers: string;
  readonly root: string;
  readonly tell: (message: string) => void;
}

const BODY_BYTES = 20_000;
/** Streams one after another, of a handful of events: what counts is the first. */
const FIRST: PacedScript = { deltas: 3, everyMs: 0 };
const FIRST_TIMES = 150;
const WARM_UP = { streams: 8, times: 150 };
/** Streams at once, with five events a second each until they are told to end. */
const MANY: PacedScript = { deltas: 1e9, everyMs: 200 };
const MANY_STREAMS = 500;
const OPEN_WITHIN_MS = 10_000;
const SETTLE_MS = 2_000;
const WATCH_MS = 4_000;

type Control = (path: '/script' | '/end' | '/state', script?: PacedScript) => Promise<PacedState>;
type Ask = (
  port: number,
  candidate: Candidate | undefined,
  size: Pick<StreamLoad, 'streams' | 'times'>,
) => Promise<StreamFigures>;

const controlOf =
  (port: number): Control =>
  async (path, script) => {
    // A connection of its own each time: a kept one may have been closed where the machine stood still.
    const request = http.request({ host: '127.0.0.1', port, path, method: 'PUT', agent: false });
    request.end(JSON.stringify(script ?? {}));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return (await json(response)) as PacedState;
  };

interface Floor {
  readonly rig: Rig;
  readonly control: Control;
  readonly ask: Ask;
}

/** What a proxy takes while many streams are open; it is fresh, so that no earlier round is in its memory. */
const measureMany = async (candidate: Candidate, { rig, control, ask }: Floor) => {
  await control('/script', MANY);
  const at: Started = await rig.start(candidate);
  const freshMb = readResidentMb(at.pid);
  let isOver = false;
  const asked = ask(at.port, candidate, { streams: MANY_STREAMS, times: 1 }).finally(() => {
    isOver = true;
  });
  const deadline = performance.now() + OPEN_WITHIN_MS;
  while ((await control('/state')).open < MANY_STREAMS && !isOver && performance.now() < deadline) {
    await pause(50);
  }
  await pause(SETTLE_MS);
  const [cpuBefore, before] = [readCpuMs(at.pid), await control('/state')];
  await pause(WATCH_MS);
  const [cpuAfter, after] = [readCpuMs(at.pid), await control('/state')];
  const openMb = readResidentMb(at.pid);
  let delayP99Ms = Number.NaN;
  if (candidate.takesFlags) {
    await readLoopDelay(at.pid, rig.folder);
    await pause(WATCH_MS);
    ({ p99Ms: delayP99Ms } = await readLoopDelay(at.pid, rig.folder));
  }
  // Whoever has not asked yet is not to get an endless stream either.
  await control('/end', FIRST);
  const { broken } = await asked;
  await at.stop();
  const cpuMs = ((cpuAfter - cpuBefore) * 1000) / (after.sent - before.sent);
  // Who does not carry them all has no cost of carrying them.
  const isCarried = before.open === MANY_STREAMS && after.open === MANY_STREAMS;
  return { freshMb, openMb, delayP99Ms, broken, cpuMs: isCarried ? cpuMs : Number.NaN };
};

/**
 * Measures what streams cost: the wait for the first event with one stream at a time, processor and memory with
 * 500 at once. The proxies take turns within each round.
 */
export const measureStreams = async (options: StreamOptions): Promise<StreamRow[]> => {
  const { rounds, servers, tell } = options;
  const rig = createRig();
  try {
    const port = await findFreePort();
    const command = [process.execPath, join(servers, 'paced-upstream.mjs'), String(port)];
    rig.keep(await startProcess({ core: 'load', command, port, folder: rig.folder }));
    const control = controlOf(port);
    const bodyFile = join(rig.folder, 'stream.json');
    writeFileSync(bodyFile, createBody(BODY_BYTES, true));
    const ask: Ask = (to, candidate, size) => {
      const headers = { 'content-type': 'application/json', ...candidate?.headers };
      return askStreams(servers, { port: to, path: '/v1/responses', headers, bodyFile, ...size });
    };
    const input: CandidateInput = { ...options, upstreamPort: port };
    const candidates = await findCandidates(input);

    await control('/script', FIRST);
    const warm: { readonly candidate: Candidate; readonly at: Started }[] = [];
    for (const candidate of candidates) {
      tell(`streams: warming ${candidate.name}`);
      const at = await rig.start(candidate);
      await ask(at.port, candidate, WARM_UP);
      warm.push({ candidate, at });
    }
    const firsts = new Map<string, StreamFigures>();
    const key = (round: number, name: string): string => `${round} ${name}`;
    for (let round = 1; round <= rounds; round++) {
      tell(`streams: the first event, round ${round} of ${rounds}`);
      const size = { streams: 1, times: FIRST_TIMES };
      firsts.set(key(round, DIRECT), await ask(port, undefined, size));
      for (const { candidate, at } of warm) {
        firsts.set(key(round, candidate.name), await ask(at.port, candidate, size));
      }
    }
    for (const { at } of warm) await at.stop();

    const samples: StreamSample[] = [];
    const note = (
      round: number,
      name: string,
      many: Omit<StreamSample, 'candidate' | 'round' | 'firstMs'>,
    ) => {
      const first = firsts.get(key(round, name));
      const broken = many.broken + (first?.broken ?? 0);
      samples.push({ candidate: name, round, firstMs: first?.firstMs ?? Number.NaN, ...many, broken });
    };
    const none = Number.NaN;
    const probe = delayProbe(join(servers, 'delay-probe.mjs'), rig.folder);
    const probed = await findCandidates({ ...input, flags: probe });
    for (let round = 1; round <= rounds; round++) {
      note(round, DIRECT, { freshMb: none, openMb: none, delayP99Ms: none, broken: 0, cpuMs: none });
      for (const candidate of probed) {
        tell(`streams: ${MANY_STREAMS} through ${candidate.name}, round ${round} of ${rounds}`);
        note(round, candidate.name, await measureMany(candidate, { rig, control, ask }));
      }
    }
    return summarizeStreams(samples);
  } finally {
    await rig.close();
  }
};
