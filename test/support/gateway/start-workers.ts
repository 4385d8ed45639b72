import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSegmentName } from '../../../src/log/journal/segment-name.ts';
import { startHeldGateway } from '../faults/start-held-gateway.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import type { GatewayOptions } from './start-gateway.ts';

/** Never 0 or less, which would be processes of others where it is sent a signal. */
const pidOf = (journal: { readonly pid: number } | undefined): number => {
  if (!journal) throw new Error('no worker has written of it');
  return journal.pid;
};

/** The built CLI, serving by several processes until the test ends. */
export const startWorkersGateway = async (workers: number, options: GatewayOptions = {}) => {
  const temporary = createTemporaryFolder('workers');
  const gateway = await startHeldGateway({
    ...options,
    env: { TMPDIR: temporary, ...options.env },
    args: ['--workers', String(workers), ...(options.args ?? [])],
  });
  const folder = join(gateway.dataDir, 'audit');
  const journals = () =>
    readdirSync(folder).flatMap((name) => {
      const pid = name.endsWith('.jsonl') ? parseSegmentName(name)?.pid : undefined;
      return pid === undefined || pid === gateway.pid ? [] : [{ name, pid }];
    });
  return {
    ...gateway,
    /** Where the process keeps what nobody needs after it. */
    temporary,
    origin: new URL(gateway.url).origin,
    /** Which processes write the log beside the primary, in their own words. */
    workerPids: (): number[] => [...new Set(journals().map(({ pid }) => pid))],
    /** The one whose log has this text. */
    workerOf: (text: string): number =>
      pidOf(journals().find(({ name }) => readFileSync(join(folder, name), 'utf8').includes(text))),
    /** The one that has written most: which worker takes a connection is up to the system. */
    busiestWorker: (): number =>
      pidOf(
        journals().sort(
          (one, other) => statSync(join(folder, other.name)).size - statSync(join(folder, one.name)).size,
        )[0],
      ),
  };
};
