import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from './bench-plan.ts';
import { bareCandidate, type CandidateInput, gatewayCandidate } from './candidates.ts';
import { CASES, writeBodies } from './cases.ts';
import type { Rig } from './create-rig.ts';
import { loadCandidate } from './load-candidate.ts';
import { readStall, type Stall } from './start-process.ts';

export interface StallRow extends Stall {
  readonly candidate: string;
  readonly caseName: string;
}

export interface StallInput {
  readonly plan: Plan;
  readonly rig: Rig;
  readonly input: CandidateInput;
  /** Folder of the built servers. */
  readonly servers: string;
  readonly tell: (message: string) => void;
}

const CONNECTIONS = 8;
const STALL_SECONDS = 3;

/** How long the event loop of a proxy stands still under small and under large bodies. */
export const measureStalls = async ({
  plan,
  rig: { folder, start },
  input,
  servers,
  tell,
}: StallInput): Promise<StallRow[]> => {
  const stalls: StallRow[] = [];
  const flags = ['--import', pathToFileURL(join(servers, 'stall-probe.mjs')).href];
  const probed = { ...input, flags };
  for (const candidate of [bareCandidate(probed), gatewayCandidate(probed)]) {
    tell(`looking for stalls in ${candidate.name}`);
    const at = await start(candidate);
    for (const benchCase of CASES.filter(({ bytes }) => bytes === 20_000 || bytes > 1e6)) {
      const bodies = await writeBodies(benchCase, folder);
      const load = { candidate, port: at.port, bodies, connections: CONNECTIONS };
      await loadCandidate({ ...load, seconds: plan.warmUpSeconds }, folder);
      await readStall(at);
      await loadCandidate({ ...load, seconds: STALL_SECONDS }, folder);
      stalls.push({ candidate: candidate.name, caseName: benchCase.name, ...(await readStall(at)) });
    }
    await at.stop();
  }
  return stalls;
};
