import { type Dirent, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import { parseSegmentName, type SegmentName } from './segment-name.ts';

/** The audit log's folder inside the data folder. */
export const auditFolder = (dataDir: string): string => join(dataDir, 'audit');

/** Whatever is named like a file of the log counts only as a regular file: a FIFO would keep its reader waiting. */
type Entry = Pick<Dirent, 'name' | 'isFile'>;

const emptyWhereMissing = (folder: string, cause: unknown): [] => {
  if (hasErrorCode(cause, 'ENOENT')) return [];
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new GatewayError('command_failed', `the audit log in ${folder} cannot be read: ${reason}`, { cause });
};

/**
 * The segments of all processes that write or wrote here.
 * @returns oldest first; empty where there is no folder
 * @throws GatewayError command_failed if the folder cannot be read
 */
export const listSegments = async (folder: string): Promise<SegmentName[]> =>
  selectSegments(
    await readdir(folder, { withFileTypes: true }).catch((cause: unknown) =>
      emptyWhereMissing(folder, cause),
    ),
  );

/** The same at this very moment. */
export const listSegmentsNow = (folder: string): SegmentName[] => {
  try {
    return selectSegments(readdirSync(folder, { withFileTypes: true }));
  } catch (cause) {
    return emptyWhereMissing(folder, cause);
  }
};

/** @param entries of the audit folder, in any order; a pack without its journal is no segment */
export const selectSegments = (entries: readonly Entry[]): SegmentName[] =>
  entries
    .filter((entry) => entry.name.endsWith('.jsonl') && entry.isFile())
    .map(({ name }) => name)
    .sort()
    .map(parseSegmentName)
    .filter((name) => name !== undefined);
