import { planOf } from './bench-plan.ts';
import type { Candidate } from './candidate.ts';
import { type CandidateInput, findCandidates, GATEWAY } from './candidates.ts';
import { createRig } from './create-rig.ts';
import { findFreePort } from './find-free-port.ts';
import { hasWrk } from './generate-load.ts';
import { type InstallFigures, measureInstall, weighModules } from './measure-install.ts';
import { measureLoad, type ProcessFigures } from './measure-load.ts';
import { measureStalls, type StallRow } from './measure-stalls.ts';
import { measureStreams } from './measure-streams.ts';
import { hasNginx, isPinned } from './start-process.ts';
import { startUpstream, type Upstream } from './start-upstream.ts';
import { type Row, summarize } from './summarize.ts';
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
  readonly processes: readonly ProcessFigures[];
  readonly stalls: readonly StallRow[];
  readonly streams: readonly StreamRow[];
  readonly installs: readonly (InstallFigures & { readonly candidate: string })[];
}

/** What a reader of the figures must know. @param installed says why there are no figures of an installation */
const writeNotes = (
  upstream: Upstream,
  candidates: readonly Candidate[],
  streamNotes: readonly string[],
  installed: string | undefined,
): string[] => [
  'Ratios are to the bare node:http proxy in the same round; added p50 is to the upstream without a proxy.',
  ...(upstream.kind === 'node'
    ? ['nginx is not installed: the upstream is a server of Node, and may be the bottleneck.']
    : []),
  ...(hasNginx ? [] : ['nginx is not installed: the near limit is missing.']),
  ...streamNotes,
  ...(installed === undefined ? [] : [installed]),
  ...(hasWrk ? [] : ['wrk is not installed: the load comes from Node, which may be the bottleneck.']),
  ...(isPinned
    ? []
    : ['The processes share their cores with the load: taskset is missing, or there is one core.']),
  ...(candidates.some(({ takesZstd }) => !takesZstd)
    ? [
        'Portkey cannot undo zstd, and gateways of BENCH_RIVALS are not trusted to: they were sent the same bodies plain.',
      ]
    : []),
];

/** Runs the whole comparison, one measurement after another; takes three to twenty minutes. */
export const runBench = async (options: BenchOptions): Promise<Outcome> => {
  const { tell, servers } = options;
  const plan = planOf(options.quick);
  const rig = createRig();
  try {
    const upstream = rig.keep(await startUpstream(await findFreePort(), rig.folder, servers));
    const input: CandidateInput = { ...options, upstreamPort: upstream.port };
    tell('fetching the rivals where they are missing');
    const candidates = await findCandidates(input);
    const { samples, processes } = await measureLoad({
      plan,
      rig,
      candidates,
      upstreamPort: upstream.port,
      tell,
    });
    const stalls = await measureStalls({ plan, rig, input, servers, tell });
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
    const missing = typeof installed === 'string' ? installed : undefined;
    return {
      node: process.version,
      notes: writeNotes(upstream, candidates, streams.notes, missing),
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
