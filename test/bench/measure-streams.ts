import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askStreams, type StreamFigures } from './ask-streams.ts';
import type { Candidate } from './candidate.ts';
import { type CandidateInput, findCandidates } from './candidates.ts';
import { createBody } from './cases.ts';
import { createRig } from './create-rig.ts';
import { findFreePort } from './find-free-port.ts';
import { delayProbe } from './loop-delay.ts';
import { type Ask, controlOf, MANY_STREAMS, measureMany } from './measure-many.ts';
import type { PacedScript } from './paced-script.ts';
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

export interface StreamOutcome {
  readonly rows: readonly StreamRow[];
  /** Who takes no part, and why. */
  readonly notes: readonly string[];
}

const BODY_BYTES = 20_000;
/** Streams one after another, of a handful of events: what counts is the first. */
const FIRST: PacedScript = { deltas: 3, everyMs: 0 };
const FIRST_TIMES = 150;
const WARM_UP = { streams: 8, times: 150 };

/**
 * Measures what streams cost: the wait for the first event with one stream at a time, processor and memory with
 * 500 at once. The proxies take turns within each round.
 */
export const measureStreams = async (options: StreamOptions): Promise<StreamOutcome> => {
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
    const notes: string[] = [];
    const warm: { readonly candidate: Candidate; readonly at: Started }[] = [];
    for (const candidate of candidates) {
      tell(`streams: warming ${candidate.name}`);
      const at = await rig.start(candidate);
      const { firstMs } = await ask(at.port, candidate, WARM_UP);
      if (firstMs !== null) warm.push({ candidate, at });
      else {
        notes.push(`${candidate.name} brings no stream to its end here, and is not measured with streams.`);
        await at.stop();
      }
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
        if (!warm.some(({ candidate: { name } }) => name === candidate.name)) continue;
        tell(`streams: ${MANY_STREAMS} through ${candidate.name}, round ${round} of ${rounds}`);
        note(round, candidate.name, await measureMany(candidate, { rig, control, ask }));
      }
    }
    return { rows: summarizeStreams(samples), notes };
  } finally {
    await rig.close();
  }
};
