import type { SessionTurn } from '../../admin/api-types/conversation.ts';

/** One of the three lines: a value from 0 to 1 for each turn, undefined where it is not known. */
export interface Lane {
  readonly name: 'context' | 'cached' | 'time';
  readonly values: ReadonlyArray<number | undefined>;
  /** Places at which a cache hit was lost. */
  readonly lost?: ReadonlySet<number>;
}

const scaled = (values: ReadonlyArray<number | undefined>): Array<number | undefined> => {
  const largest = Math.max(1, ...values.map((value) => value ?? 0));
  return values.map((value) => (value === undefined ? undefined : value / largest));
};

/** Context size and time by their largest value, the cached share by 1. */
export const readLanes = (turns: readonly SessionTurn[]): Lane[] => [
  { name: 'context', values: scaled(turns.map(({ entry }) => entry.usage?.inputTokens)) },
  {
    name: 'cached',
    lost: new Set(turns.flatMap(({ cacheLoss }, place) => (cacheLoss ? [place] : []))),
    values: turns.map(({ entry: { usage } }) =>
      usage?.inputTokens ? (usage.cachedInputTokens ?? 0) / usage.inputTokens : undefined,
    ),
  },
  { name: 'time', values: scaled(turns.map(({ entry }) => entry.durationMs)) },
];
