import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  bareCandidate,
  type Candidate,
  type CandidateInput,
  findCandidates,
  GATEWAY,
  gatewayCandidate,
} from './candidates.ts';
import { type BenchCase, type BodyFiles, CASES, writeBodies } from './cases.ts';
import { createRig } from './create-rig.ts';
import { findFreePort } from './find-free-port.ts';
import { generateLoad, hasWrk, type LoadFigures } from './generate-load.ts';
import { type InstallFigures, measureInstall, weighModules } from './measure-install.ts';
import { measureStreams } from './measure-streams.ts';
import { readCpuMs, readResidentMb } from './process-figures.ts';
import { hasNginx, isPinned, readStall, type Stall, type Started } from './start-process.ts';
import { startUpstream } from './start-upstream.ts';
import { DIRECT, median, type Row, type Sample, summarize } from './summarize.ts';
import type { StreamRow } from './summarize-streams.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly rivals: boolean;
  readonly servers: string;
  readonly root: string;
  /** Says what happens now; not part of the outcome. */
  readonly tell: (message: string) => void;
}

export interface Outcome {
  readonly node: string;
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
  readonly processes: readonly {
    readonly candidate: string;
    readonly readyMs: number;
    readonly freshMb: number;
    readonly loadedMb: number;
  }[];
  readonly stalls: readonly (Stall & { readonly candidate: string; readonly caseName: string })[];
  readonly streams: readonly StreamRow[];
  readonly installs: readonly (InstallFigures & { readonly candidate: string })[];
}

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly starts: number;
  readonly streamRounds: number;
  readonly connectionsOf: (benchCase: BenchCase) => readonly number[];
}

const planOf = (quick: boolean): Plan =>
  quick
    ? {
        rounds: 2,
        seconds: 1,
        warmUpSeconds: 3,
        starts: 2,
        streamRounds: 1,
        connectionsOf: ({ name }) => (name === '20 KB' ? [1, 8, 64] : name === '45 KB zstd' ? [] : [8]),
      }
    : {
        rounds: 3,
        seconds: 3,
        warmUpSeconds: 8,
        starts: 5,
        streamRounds: 2,
        connectionsOf: () => [1, 8, 64],
      };

/** Time for what is written behind the answers, so that it counts to the request that caused it. */
const SETTLE_MS = 150;
const STALL_SECONDS = 3;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs the whole comparison, one measurement after another; takes three to twenty minutes. */
export const runBench = async (options: BenchOptions): Promise<Outcome> => {
  const { tell } = options;
  const plan = planOf(options.quick);
  const rig = createRig();
  const { folder, start } = rig;
  try {
    const upstream = rig.keep(await startUpstream(await findFreePort(), folder, options.servers));
    const input: CandidateInput = { ...options, upstreamPort: upstream.port };
    tell('fetching the rivals where they are missing');
    const candidates = await findCandidates(input);

    const load = (
      candidate: Candidate | undefined,
      port: number,
      { coded, plain }: BodyFiles,
      connections: number,
      seconds: number,
    ): Promise<LoadFigures> => {
      const bodyFile = (candidate?.takesZstd ?? true) ? coded : plain;
      const coding = bodyFile.endsWith('.zst') ? { 'content-encoding': 'zstd' } : {};
      const headers = { 'content-type': 'application/json', ...coding, ...candidate?.headers };
      return generateLoad({ port, path: '/v1/responses', headers, bodyFile, connections, seconds }, folder);
    };

    const processes = [];
    const started: { candidate: Candidate; at: Started; freshMb: number; readyMs: number }[] = [];
    for (const candidate of candidates) {
      tell(`starting ${candidate.name}`);
      const readyMs: number[] = [];
      for (let attempt = 1; attempt < plan.starts; attempt++) {
        const at = await start(candidate);
        readyMs.push(at.readyMs);
        await at.stop();
      }
      const at = await start(candidate);
      readyMs.push(at.readyMs);
      started.push({ candidate, at, freshMb: readResidentMb(at.pid), readyMs: median(readyMs) });
    }

    const samples: Sample[] = [];
    for (const benchCase of CASES) {
      const bodies = await writeBodies(benchCase, folder);
      if (samples.length === 0) {
        for (const { candidate, at } of started) {
          tell(`warming ${candidate.name}`);
          await load(candidate, at.port, bodies, 8, plan.warmUpSeconds);
        }
      }
      for (let round = 1; round <= plan.rounds; round++) {
        for (const connections of plan.connectionsOf(benchCase)) {
          tell(`${benchCase.name}, ${connections} connections, round ${round} of ${plan.rounds}`);
          const note = (candidate: string, figures: LoadFigures, cpuMs: number): void => {
            const { requests, p50Ms, ...rest } = figures;
            // Nothing was answered within the time: there is no latency and no cost of a request then.
            const known =
              requests > 0
                ? { p50Ms, cpuMsPerRequest: cpuMs / requests }
                : { p50Ms: Number.NaN, cpuMsPerRequest: Number.NaN };
            samples.push({
              caseName: benchCase.name,
              connections,
              candidate,
              round,
              ...known,
              ...rest,
            });
          };
          note(DIRECT, await load(undefined, upstream.port, bodies, connections, plan.seconds), 0);
          for (const { candidate, at } of started) {
            const before = readCpuMs(at.pid);
            const figures = await load(candidate, at.port, bodies, connections, plan.seconds);
            await pause(SETTLE_MS);
            note(candidate.name, figures, readCpuMs(at.pid) - before);
          }
        }
      }
      if (processes.length === 0) {
        for (const { candidate, at, freshMb, readyMs } of started) {
          processes.push({ candidate: candidate.name, readyMs, freshMb, loadedMb: readResidentMb(at.pid) });
        }
      }
    }
    for (const { at } of started) await at.stop();

    const stalls = [];
    const flags = ['--import', pathToFileURL(join(options.servers, 'stall-probe.mjs')).href];
    const probed = { ...input, flags };
    for (const candidate of [bareCandidate(probed), gatewayCandidate(probed)]) {
      tell(`looking for stalls in ${candidate.name}`);
      const at = await start(candidate);
      for (const benchCase of CASES.filter(({ bytes }) => bytes === 20_000 || bytes > 1e6)) {
        const bodies = await writeBodies(benchCase, folder);
        await load(candidate, at.port, bodies, 8, plan.warmUpSeconds);
        await readStall(at);
        await load(candidate, at.port, bodies, 8, STALL_SECONDS);
        stalls.push({ candidate: candidate.name, caseName: benchCase.name, ...(await readStall(at)) });
      }
      await at.stop();
    }

    await upstream.stop();
    const streams = await measureStreams({ ...options, rounds: plan.streamRounds });
    tell('installing the package');
    const installed = await measureInstall(options.root);
    const installs = [
      ...(typeof installed === 'string' ? [] : [{ candidate: GATEWAY, ...installed }]),
      ...candidates.flatMap(({ name, modules }) =>
        modules === undefined ? [] : [{ candidate: name, ...weighModules(modules) }],
      ),
    ];

    const notes = [
      'Ratios are to the bare node:http proxy in the same round; added p50 is to the upstream without a proxy.',
      ...(upstream.kind === 'node'
        ? ['nginx is not installed: the upstream is a server of Node, and may be the bottleneck.']
        : []),
      ...(hasNginx ? [] : ['nginx is not installed: the near limit is missing.']),
      ...streams.notes,
      ...(typeof installed === 'string' ? [installed] : []),
      ...(hasWrk ? [] : ['wrk is not installed: the load comes from Node, which may be the bottleneck.']),
      ...(isPinned
        ? []
        : ['The processes share their cores with the load: taskset is missing, or there is one core.']),
      ...(candidates.some(({ takesZstd }) => !takesZstd)
        ? ['Portkey cannot undo zstd; it was sent the same bodies plain.']
        : []),
    ];
    return {
      node: process.version,
      notes,
      rows: summarize(samples),
      processes,
      stalls,
      streams: streams.rows,
      installs,
    };
  } finally {
    await rig.close();
  }
};
