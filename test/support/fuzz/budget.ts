import { createRandom, type Random } from '../dashboard/random.ts';

/** How many times the cases of a run in CI. */
const factor = Number(process.env.FUZZ_RUNS ?? 1);
const seed = Number(process.env.FUZZ_SEED ?? 1);

/** How many cases a test makes. @param inCi what CI has time for */
export const cases = (inCi: number): number => Math.max(1, Math.round(inCi * factor));

/** For fast-check: as many runs, always the same ones for a seed. */
export const runs = (inCi: number): { numRuns: number; seed: number } => ({ numRuns: cases(inCi), seed });

/** Numbers of a case's own, so that a case can be run again alone. */
export const randomOf = (part: number, index: number): Random =>
  createRandom(seed * 1_000_003 + part * 7_919_993 + index);
