import process from 'node:process';
import { isAtLeast } from '../../codex/edit/is-at-least.ts';
import { loadZstd } from '../../coding/zstd-library.ts';
import type { Step } from '../../probe/step.ts';

const OLDEST = '20.19.0';

/** Node is new enough, and a zstd library works here: which one, since they differ in speed. */
export const checkNode = async (version = process.versions.node): Promise<Step> => {
  const name = 'Node and zstd';
  if (!isAtLeast(version, OLDEST)) {
    const remedy = `Install Node ${OLDEST} or newer.`;
    return { name, state: 'failed', message: `Node ${version} is too old`, remedy };
  }
  try {
    const library = await loadZstd();
    const notes = library.compress ? '' : '; the log is compressed with gzip, which takes more room';
    return { name, state: 'ok', message: `Node ${version}, zstd works by ${library.name}${notes}` };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Install gomodel-ts anew, then run this again.';
    return { name, state: 'failed', message: `zstd does not work: ${reason}`, remedy };
  }
};
