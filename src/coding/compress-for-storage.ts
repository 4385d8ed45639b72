import { compress } from '@mongodb-js/zstd';
import { createConcurrencyLimit } from './limit-concurrency.ts';

/** One at a time: what is written to the log must not take threads from what is on its way. */
const compressions = createConcurrencyLimit(1);

/**
 * Compresses a body for the log, off the main thread, at zstd's level 3: on Codex's bodies it takes as
 * long as level 1 (1.5 ms for 560 KB) and stores a sixth to a half less; level 5 takes twice as long for
 * a further tenth.
 * @param bytes must not change until the promise settles
 * @returns one zstd frame
 */
export const compressForStorage = (bytes: Buffer): Promise<Buffer> => compressions.run(() => compress(bytes));
