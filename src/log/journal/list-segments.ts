import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import { parseSegmentName, type SegmentName } from './segment-name.ts';

/** The audit log's folder inside the data folder. */
export const auditFolder = (dataDir: string): string => join(dataDir, 'audit');

/**
 * The segments of all processes that write or wrote here.
 * @returns oldest first; empty where there is no folder
 * @throws GatewayError command_failed where the folder cannot be read
 */
export const listSegments = async (folder: string): Promise<SegmentName[]> => {
  const files = await readdir(folder).catch((cause: unknown) => {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('command_failed', `the audit log in ${folder} cannot be read: ${reason}`, {
      cause,
    });
  });
  return selectSegments(files);
};

/** @param files names in the audit folder, in any order; a pack without its journal is no segment */
export const selectSegments = (files: readonly string[]): SegmentName[] =>
  files
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map(parseSegmentName)
    .filter((name) => name !== undefined);
