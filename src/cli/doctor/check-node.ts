import process from 'node:process';
import { isAtLeast } from '../../codex/edit/is-at-least.ts';
import { compressForStorage } from '../../coding/compress-for-storage.ts';
import { decodeBody } from '../../coding/decode-body.ts';
import type { Step } from '../../probe/step.ts';

const OLDEST = '20.19.0';
const SAMPLE = Buffer.from('what Codex sends, compressed and read again');

/** Node is new enough, and its zstd module, which is native, works here. */
export const checkNode = async (version = process.versions.node): Promise<Step> => {
  const name = 'Node and zstd';
  if (!isAtLeast(version, OLDEST)) {
    const remedy = `Install Node ${OLDEST} or newer.`;
    return { name, state: 'failed', message: `Node ${version} is too old`, remedy };
  }
  try {
    const decoded = await decodeBody(await compressForStorage(SAMPLE), ['zstd'], { maxBytes: 1024 });
    if (!decoded.equals(SAMPLE)) throw new Error('what it decompressed is not what was compressed');
    return { name, state: 'ok', message: `Node ${version}, zstd works` };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Install gomodel-ts anew on this machine: its zstd module is built for one system.';
    return { name, state: 'failed', message: `zstd does not work: ${reason}`, remedy };
  }
};
