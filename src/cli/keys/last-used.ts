import { systemClock } from '../../base/time/clock.ts';
import { readStorage } from '../../config/read-storage.ts';
import { openLogOf } from '../../server/open-log-of.ts';
import type { CommandContext } from '../context.ts';
import { readSources } from '../read-config.ts';

/** When each key last sent a request that the log still has, by the key's id. ISO 8601, UTC. */
export const findLastUsed = async (
  flags: { readonly dataDir?: string },
  context: CommandContext,
): Promise<ReadonlyMap<string, string>> => {
  const sources = await readSources(flags, context, { isLauncher: true });
  const log = await openLogOf(
    { dataDir: sources.dataDir, storage: readStorage(sources) },
    systemClock,
    () => {},
  );
  const latest = new Map<string, number>();
  try {
    for await (const batch of log.facts({})) {
      for (const { keyId, startedAtMs } of batch) {
        if (keyId === undefined) continue;
        latest.set(keyId, Math.max(startedAtMs, latest.get(keyId) ?? 0));
      }
    }
  } finally {
    await log.close();
  }
  return new Map([...latest].map(([id, ms]) => [id, new Date(ms).toISOString()]));
};
