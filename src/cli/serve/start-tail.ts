import { systemClock } from '../../base/time/clock.ts';
import type { ServingGateway } from '../../server/gateway.ts';
import type { CommandContext } from '../context.ts';
import { dashboardLink } from '../dashboard/dashboard-link.ts';
import { createLiveTail, type LiveTail } from '../render/tail/live-tail.ts';
import { screenOf } from '../render/tail/screen.ts';
import { createInsight } from './create-insight.ts';
import { isForeground } from './is-foreground.ts';
import { bindTailKeys } from './tail-keys.ts';

export interface StartTailDeps {
  readonly json: boolean;
  readonly dataDir: string;
  readonly cacheLossUsd: number;
  readonly context: CommandContext;
  readonly process: NodeJS.Process;
}

/** The tail of a gateway, with sums and keys where a person sits in front of it. */
export const startTail = (
  gateway: ServingGateway,
  { json, dataDir, cacheLossUsd, context, process }: StartTailDeps,
): { readonly tail: LiveTail; readonly endKeys: () => void } => {
  const { stdin, stdout, stderr, env } = context;
  const { insight: known, recorder } = gateway;
  const isWatched = screenOf(stdout, env).interactive && !json && known !== undefined;
  const hasKeys = isWatched && stdin.isTTY && isForeground(process.platform, process.pid);
  let tail: LiveTail | undefined;
  const insight = isWatched
    ? createInsight({
        ...known,
        recorder,
        now: () => systemClock.now(),
        hasKeys,
        cacheLossUsd,
        onKnown: () => tail?.controls?.refresh(),
      })
    : undefined;
  tail = createLiveTail({
    stream: stdout,
    notices: stderr,
    env,
    clock: systemClock,
    json,
    ...(insight && { insight }),
  });
  tail.attach(recorder);
  const { controls } = tail;
  const keys =
    hasKeys && controls && known
      ? bindTailKeys({
          controls,
          log: known.log,
          flush: () => recorder.flush(),
          dashboard: {
            address: `${gateway.url}/admin/dashboard`,
            link: () => dashboardLink({ url: gateway.url, isGuarded: true, dataDir }),
          },
          context,
          process,
        })
      : undefined;
  return { tail, endKeys: () => keys?.end() };
};
