import type { BenchCase } from './cases.ts';

/** How much of everything a run measures. */
export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly starts: number;
  readonly streamRounds: number;
  readonly connectionsOf: (benchCase: BenchCase) => readonly number[];
}

export const planOf = (quick: boolean): Plan =>
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
