import type { Candidate } from './candidate.ts';
import type { BodyFiles } from './cases.ts';
import { generateLoad, type LoadFigures } from './generate-load.ts';

export interface CandidateLoad {
  /** Absent: the upstream itself. */
  readonly candidate?: Candidate | undefined;
  readonly port: number;
  readonly bodies: BodyFiles;
  readonly connections: number;
  readonly seconds: number;
}

/** Loads a candidate with the bodies that it can read. */
export const loadCandidate = (
  { candidate, port, bodies: { coded, plain }, connections, seconds }: CandidateLoad,
  folder: string,
): Promise<LoadFigures> => {
  const bodyFile = (candidate?.takesZstd ?? true) ? coded : plain;
  const coding = bodyFile.endsWith('.zst') ? { 'content-encoding': 'zstd' } : {};
  const headers = { 'content-type': 'application/json', ...coding, ...candidate?.headers };
  return generateLoad({ port, path: '/v1/responses', headers, bodyFile, connections, seconds }, folder);
};
