import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { StreamFigures, StreamLoad } from './ask-streams.ts';
import type { Candidate } from './candidate.ts';
import type { Rig } from './create-rig.ts';
import { readLoopDelay } from './loop-delay.ts';
import type { PacedScript, PacedState } from './paced-script.ts';
import { readCpuMs, readResidentMb } from './process-figures.ts';

/** Streams at once, with five events a second each until they are told to end. */
const MANY: PacedScript = { deltas: 1e9, everyMs: 200 };
const AFTERWARDS: PacedScript = { deltas: 0, everyMs: 0 };
export const MANY_STREAMS = 500;
const OPEN_WITHIN_MS = 10_000;
const SETTLE_MS = 2_000;
const WATCH_MS = 4_000;

export type Control = (path: '/script' | '/end' | '/state', script?: PacedScript) => Promise<PacedState>;
export type Ask = (
  port: number,
  candidate: Candidate | undefined,
  size: Pick<StreamLoad, 'streams' | 'times'>,
) => Promise<StreamFigures>;

/** Tells the paced upstream what to do. @param port its own */
export const controlOf =
  (port: number): Control =>
  async (path, script) => {
    // A connection of its own each time: a kept one may have been closed where the machine stood still.
    const request = http.request({ host: '127.0.0.1', port, path, method: 'PUT', agent: false });
    request.end(JSON.stringify(script ?? {}));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return (await json(response)) as PacedState;
  };

/** Where the measurement takes place. */
export interface Floor {
  readonly rig: Rig;
  readonly control: Control;
  readonly ask: Ask;
}

/** What a proxy takes while many streams are open; it is fresh, so that no earlier round is in its memory. */
export const measureMany = async (candidate: Candidate, { rig, control, ask }: Floor) => {
  await control('/script', MANY);
  const at = await rig.start(candidate);
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
  await control('/end', AFTERWARDS);
  const { broken } = await asked;
  await at.stop();
  const cpuMs = ((cpuAfter - cpuBefore) * 1000) / (after.sent - before.sent);
  // Who does not carry them all has no cost of carrying them.
  const isCarried = before.open === MANY_STREAMS && after.open === MANY_STREAMS;
  return { freshMb, openMb, delayP99Ms, broken, cpuMs: isCarried ? cpuMs : Number.NaN };
};
