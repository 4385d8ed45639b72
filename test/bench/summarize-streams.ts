import { BARE, DIRECT, median } from './summarize.ts';

/** A candidate in one round; NaN: not known. */
export interface StreamSample {
  readonly candidate: string;
  readonly round: number;
  /** From the request to the first event, at the median of streams one after another. */
  readonly firstMs: number;
  /** Of the proxy, for a thousand events, while many streams are open. */
  readonly cpuMs: number;
  /** Resident memory of the proxy before the first request, and with many streams open. */
  readonly freshMb: number;
  readonly openMb: number;
  /** How late its event loop was meanwhile. */
  readonly delayP99Ms: number;
  /** Streams that did not come to their last event. */
  readonly broken: number;
}

/** What the rounds of one candidate come to. */
export interface StreamRow {
  readonly candidate: string;
  /** Beyond the upstream asked without a proxy, and beyond the bare proxy. */
  readonly addedFirstMs: number;
  readonly beyondBareMs: number;
  /** Relative to the bare proxy in the same round. */
  readonly cpu: number;
  readonly cpuMs: number;
  readonly freshMb: number;
  readonly openMb: number;
  readonly delayP99Ms: number;
  readonly broken: number;
}

/**
 * Brings rounds together as those of the load are: differences and ratios within a round, then their median.
 * @returns a row for each candidate, in the order of the samples
 */
export const summarizeStreams = (samples: readonly StreamSample[]): StreamRow[] => {
  const peer = (round: number, candidate: string): StreamSample | undefined =>
    samples.find((other) => other.round === round && other.candidate === candidate);
  const names = new Set(samples.map(({ candidate }) => candidate));
  names.delete(DIRECT);
  return [...names].map((candidate) => {
    const rounds = samples.filter((sample) => sample.candidate === candidate);
    const over = (read: (sample: StreamSample) => number): number => median(rounds.map(read));
    const beyond = (other: string): number =>
      over(({ round, firstMs }) => firstMs - (peer(round, other)?.firstMs ?? Number.NaN));
    return {
      candidate,
      addedFirstMs: beyond(DIRECT),
      beyondBareMs: beyond(BARE),
      cpu: over(({ round, cpuMs }) => cpuMs / (peer(round, BARE)?.cpuMs ?? Number.NaN)),
      cpuMs: over(({ cpuMs }) => cpuMs),
      freshMb: over(({ freshMb }) => freshMb),
      openMb: over(({ openMb }) => openMb),
      delayP99Ms: over(({ delayP99Ms }) => delayP99Ms),
      broken: rounds.reduce((sum, { broken }) => sum + broken, 0),
    };
  });
};
