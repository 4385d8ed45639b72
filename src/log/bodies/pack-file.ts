import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openIfThere } from '../../state/private-files.ts';
import { parseSegmentName } from '../journal/segment-name.ts';

/** @returns undefined if there is no such pack */
export const openPack = async (folder: string, pack: string): Promise<FileHandle | undefined> => {
  // The name comes from a file: it must not lead out of the folder.
  if (!parseSegmentName(pack)) return undefined;
  return openIfThere(join(folder, pack));
};

/** @returns undefined if the file does not hold that much */
export const readExactly = async (
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Buffer | undefined> => {
  const { size } = await file.stat();
  if (offset < 0 || length < 0 || offset + length > size) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
  return bytesRead === length ? buffer : undefined;
};
