import process from 'node:process';
import { openLog } from '../../server/open-log.ts';
import type { CommandContext } from '../context.ts';
import { dashboardLink } from '../dashboard/dashboard-link.ts';
import { openAddress } from '../serve/open-address.ts';
import type { RunGateway } from './run-gateway.ts';
import { exchangesOfRun, findOfRun } from './summarize-run.ts';

/** Enough for the one session of a run to be found among the traffic of others. */
const MAX_LOOKED_AT = 1_000;

/** The session of a run, as soon as its first request has arrived. @returns undefined where it had none */
const findSession = async (
  dataDir: string,
  run: { readonly runId: string; readonly startedAtMs: number },
  signal: AbortSignal,
): Promise<string | undefined> => {
  const log = openLog(dataDir);
  const looked = new Set<string>();
  for await (const { record } of log.follow('now', signal)) {
    const { sessionId } = record.client;
    if (sessionId === undefined || looked.has(record.id)) continue;
    if (looked.size >= MAX_LOOKED_AT) return undefined;
    looked.add(record.id);
    if (await findOfRun(log, record.id, run.runId)) return sessionId;
  }
  // A short run is over before its first request is noticed.
  for await (const { record } of exchangesOfRun(log, run, ({ client }) => client.sessionId !== undefined))
    return record.client.sessionId;
  return undefined;
};

export interface StoryWindow {
  /** Waits no longer for the run's first request. @returns what to say where no browser could be opened */
  end(): Promise<string | undefined>;
}

/**
 * Opens the page with the story of a run in the browser, once the run has begun. Meanwhile nothing is printed: the
 * terminal belongs to the program that runs.
 */
export const showStory = (
  gateway: RunGateway,
  run: { readonly runId: string; readonly startedAtMs: number },
  context: CommandContext,
): StoryWindow => {
  const { dataDir } = gateway.config;
  const stop = new AbortController();
  const open = async (): Promise<string | undefined> => {
    const sessionId = await findSession(dataDir, run, stop.signal);
    if (sessionId === undefined) return undefined;
    const view = `sessions?session=${encodeURIComponent(sessionId)}`;
    const { url, isGuarded } = gateway;
    const link = dashboardLink({ url, isGuarded, dataDir, view });
    const isOpen = await openAddress(link, context, process.platform);
    return isOpen ? undefined : '--open found no browser to open; BROWSER names one.\n';
  };
  const opened = open().catch((error: unknown) =>
    error instanceof Error ? `--open: ${error.message}\n` : undefined,
  );
  return {
    end: () => {
      stop.abort();
      return opened;
    },
  };
};
