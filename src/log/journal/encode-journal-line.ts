import type { ProcessIdentity } from '../../state/process-identity.ts';
import type { BodyReferences } from '../bodies/body-reference.ts';
import type { ExchangeRecord } from '../record.ts';

/**
 * The lines of a journal segment, one JSON object each. `at` is the time of writing in milliseconds and
 * never falls within a segment: so segments can be merged, and a reader knows when it has read enough.
 *
 * - `segment`, the first line: which process writes it.
 * - `open`: an exchange began. `again` where it is repeated because a new segment began meanwhile: each
 *   segment tells by itself what it left open.
 * - `close`: an exchange ended, with all that the journal holds of it.
 * - `resumed`: writing works again after a failure; what was lost since the start of the process.
 * - `refused`: how many requests this process has refused before their client was authenticated, and of how
 *   many of them there was no room for a record. Only in segments of refused requests.
 * - `end`, the last line: nothing in this segment waits for anything. Without it the writer still runs,
 *   or was killed.
 *
 * Readers skip kinds that they do not know.
 */

export const encodeSegmentLine = (at: number, process: ProcessIdentity): string =>
  `${JSON.stringify({ kind: 'segment', at, schemaVersion: 1, process })}\n`;

export const encodeEndLine = (at: number): string => `${JSON.stringify({ kind: 'end', at })}\n`;

export const encodeResumedLine = (at: number, lost: { lines: number; bodies: number }): string =>
  `${JSON.stringify({ kind: 'resumed', at, lost })}\n`;

export const encodeRefusedLine = (at: number, refused: { total: number; unrecorded: number }): string =>
  `${JSON.stringify({ kind: 'refused', at, refused })}\n`;

/** @param requestHeaders as JSON */
export const encodeOpenLine = (
  at: number,
  record: ExchangeRecord,
  requestHeaders: string,
  isAgain: boolean,
): string =>
  `{"kind":"open","at":${at},${isAgain ? '"again":true,' : ''}"record":${JSON.stringify(record)},"requestHeaders":${requestHeaders}}\n`;

/** @param requestHeaders as JSON, as is `responseHeaders` */
export const encodeCloseLine = (
  at: number,
  record: ExchangeRecord,
  requestHeaders: string,
  responseHeaders: string,
  bodies: BodyReferences,
): string =>
  `{"kind":"close","at":${at},"record":${JSON.stringify(record)},"requestHeaders":${requestHeaders},"responseHeaders":${responseHeaders},"bodies":${JSON.stringify(bodies)}}\n`;
