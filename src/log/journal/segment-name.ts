/**
 * One run of one process writes its own segments, so that two gateways never write into one file:
 * `2026-11-22T155121Z-4711-k3f9q2-0001.jsonl`, and alongside it the bodies as `….bodies`. The name sorts
 * by time. `….errors.jsonl` holds the failures that were kept when the segment of that name was deleted.
 * `…-k3f9q2-refused-0001.jsonl` holds requests that were refused before their client was authenticated.
 */
export interface SegmentName {
  /** The file name without an ending. */
  readonly base: string;
  /** Counts the segments of one run, from 1. */
  readonly sequence: number;
  readonly startedAtMs: number;
  readonly pid: number;
  /** Process id and a random token: what the segments of one run have in common. */
  readonly run: string;
  readonly isErrors: boolean;
  /** Its requests came from clients that were not let in; together such segments have a small share of the disk. */
  readonly isRefused: boolean;
}

const DAY_MS = 86_400_000;
const NAME =
  /^((\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})Z-((\d+)-[0-9a-z]+(-refused)?)-(\d{4,}))(\.errors)?\.(?:jsonl|bodies)$/;

export const journalFile = (base: string, isErrors = false): string =>
  `${base}${isErrors ? '.errors' : ''}.jsonl`;
/** What the run of a segment of refused requests ends with. */
export const REFUSED_RUN = '-refused';

export const packFile = (base: string, isErrors = false): string =>
  `${base}${isErrors ? '.errors' : ''}.bodies`;

/** @param sequence counts the segments of one run, from 1 */
export const createSegmentBase = (nowMs: number, run: string, sequence: number): string => {
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  return `${time}Z-${run}-${String(sequence).padStart(4, '0')}`;
};

/** @returns undefined if the file is not one of the journal's */
export const parseSegmentName = (file: string): SegmentName | undefined => {
  const match = NAME.exec(file);
  if (!match) return undefined;
  const [, base = '', day, hours, minutes, seconds, run = '', pid, refused, sequence, errors] = match;
  const startedAtMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(startedAtMs)) return undefined;
  return {
    base,
    sequence: Number(sequence),
    startedAtMs,
    pid: Number(pid),
    run,
    isErrors: errors !== undefined,
    isRefused: refused !== undefined,
  };
};

/** The UTC midnight after a time: then the next segment begins. */
export const endOfDayMs = (timeMs: number): number => (Math.floor(timeMs / DAY_MS) + 1) * DAY_MS;

/** Lines that were on their way at midnight may still be written to the old segment. */
const MIDNIGHT_SLACK_MS = 60_000;

/** No line of the segment was written later. */
export const latestLineMs = ({ startedAtMs }: SegmentName): number =>
  endOfDayMs(startedAtMs) + MIDNIGHT_SLACK_MS;
