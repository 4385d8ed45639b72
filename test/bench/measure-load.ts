import type { Plan } from './bench-plan.ts';
import type { Candidate } from './candidate.ts';
import { CASES, writeBodies } from './cases.ts';
import type { Rig } from './create-rig.ts';
import type { LoadFigures } from './generate-load.ts';
import { loadCandidate } from './load-candidate.ts';
import { readCpuMs, readResidentMb } from './process-figures.ts';
import type { Started } from './start-process.ts';
import { DIRECT, median, type Sample } from './summarize.ts';

export interface ProcessFigures {
  readonly candidate: string;
  readonly readyMs: number;
  readonly freshMb: number;
  /** Right after the first case. */
  readonly loadedMb: number;
  /** When nothing has been asked for a while: what was given back to the system is no longer in it. */
  readonly restedMb: number;
}

interface Running {
  readonly candidate: Candidate;
  readonly at: Started;
  readonly freshMb: number;
  readonly readyMs: number;
}

export interface LoadInput {
  readonly plan: Plan;
  readonly rig: Rig;
  readonly candidates: readonly Candidate[];
  readonly upstreamPort: number;
  readonly tell: (message: string) => void;
}

const WARM_UP_CONNECTIONS = 8;
/** Time for what is written behind the answers, so that it counts to the request that caused it. */
const SETTLE_MS = 150;
/** V8 collects by itself when it has had nothing to do for some forty seconds. */
const REST_MS = 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts one as often as the plan says, and lets the last one run. */
const startOften = async ({ plan, rig, tell }: LoadInput, candidate: Candidate): Promise<Running> => {
  tell(`starting ${candidate.name}`);
  const readyMs: number[] = [];
  for (let attempt = 1; attempt < plan.starts; attempt++) {
    const at = await rig.start(candidate);
    readyMs.push(at.readyMs);
    await at.stop();
  }
  const at = await rig.start(candidate);
  readyMs.push(at.readyMs);
  return { candidate, at, freshMb: readResidentMb(at.pid), readyMs: median(readyMs) };
};

/** Nothing was answered within the time: there is no latency and no cost of a request then. */
const toKnown = (
  { requests, p50Ms, p99Ms }: LoadFigures,
  cpuMs: number,
): Pick<Sample, 'p50Ms' | 'p99Ms' | 'cpuMsPerRequest'> =>
  requests > 0
    ? { p50Ms, p99Ms, cpuMsPerRequest: cpuMs / requests }
    : { p50Ms: Number.NaN, p99Ms: Number.NaN, cpuMsPerRequest: Number.NaN };

/** All candidates side by side, under every case in turn: so each round meets the same machine. */
export const measureLoad = async (
  input: LoadInput,
): Promise<{ readonly samples: readonly Sample[]; readonly processes: readonly ProcessFigures[] }> => {
  const { plan, rig, candidates, upstreamPort, tell } = input;
  const { folder } = rig;
  const running: Running[] = [];
  for (const candidate of candidates) running.push(await startOften(input, candidate));

  const samples: Sample[] = [];
  const processes: ProcessFigures[] = [];
  for (const benchCase of CASES) {
    const bodies = await writeBodies(benchCase, folder);
    if (samples.length === 0) {
      for (const { candidate, at } of running) {
        tell(`warming ${candidate.name}`);
        const warmUp = { connections: WARM_UP_CONNECTIONS, seconds: plan.warmUpSeconds };
        await loadCandidate({ candidate, port: at.port, bodies, ...warmUp }, folder);
      }
    }
    for (let round = 1; round <= plan.rounds; round++) {
      for (const connections of plan.connectionsOf(benchCase)) {
        tell(`${benchCase.name}, ${connections} connections, round ${round} of ${plan.rounds}`);
        const note = (candidate: string, figures: LoadFigures, cpuMs: number): void => {
          const { requestsPerSecond, errors } = figures;
          const place = { caseName: benchCase.name, connections, candidate, round };
          samples.push({ ...place, ...toKnown(figures, cpuMs), requestsPerSecond, errors });
        };
        const load = { bodies, connections, seconds: plan.seconds };
        note(DIRECT, await loadCandidate({ ...load, port: upstreamPort }, folder), 0);
        for (const { candidate, at } of running) {
          const before = readCpuMs(at.pid);
          const figures = await loadCandidate({ ...load, candidate, port: at.port }, folder);
          await pause(SETTLE_MS);
          note(candidate.name, figures, readCpuMs(at.pid) - before);
        }
      }
    }
    if (processes.length > 0) continue;
    tell('a minute of rest');
    const loaded = running.map((one) => ({ ...one, loadedMb: readResidentMb(one.at.pid) }));
    await pause(REST_MS);
    for (const { candidate, at, freshMb, readyMs, loadedMb } of loaded) {
      const restedMb = readResidentMb(at.pid);
      processes.push({ candidate: candidate.name, readyMs, freshMb, loadedMb, restedMb });
    }
  }
  for (const { at } of running) await at.stop();
  return { samples, processes };
};
