import cluster from 'node:cluster';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Holds } from '../compose/compose-budgets.ts';
import { compose } from '../compose.ts';
import type { Gateway } from '../gateway.ts';
import { removeInnerPlace } from './inner-place.ts';
import { createLink, type Link } from './link.ts';
import { createPassOn } from './pass-to-primary.ts';
import type { Bounded, PrimaryCalls, WorkerCalls, WorkerStart } from './protocol.ts';
import { createRemoteLedger, createRemoteLimits } from './remote-ledger.ts';
import { createShare, type Share } from './share.ts';
import { createTellPrimary, type TellPrimary } from './tell-primary.ts';
import { channelOf } from './worker-channel.ts';

interface Running {
  readonly gateway: Gateway;
  readonly teller: TellPrimary;
}

/**
 * Serves traffic as the primary says. Where the primary dies, this process ends at once, as node:cluster has
 * it: what ran is found interrupted by the next start. Until then it takes away what the primary has left.
 * @returns when the primary has asked it to stop, and all is written and told
 */
export const runWorker = async (): Promise<void> => {
  const { worker } = cluster;
  if (!worker) throw new GatewayError('internal_error', 'this process is not a worker.');
  const channel = channelOf(worker);
  const shares = new Map<Bounded, Share>();
  let running: Running | undefined;
  let holds: Holds = { budgets: false, limits: false };

  const start = async (
    link: Link<PrimaryCalls>,
    { sources, port, version, demoUrl, inner, shares: firstShares, holds: first, ...part }: WorkerStart,
  ): Promise<void> => {
    channel.onEnd(() => removeInnerPlace(inner.path));
    const config = loadConfig(sources);
    holds = first;
    const gateway = await compose(
      { ...config, port },
      {
        version,
        demo: demoUrl !== undefined,
        part: {
          ...part,
          workers: config.workers,
          demoUrl: demoUrl === undefined ? undefined : new URL(demoUrl),
          // Without an answer there is no primary, and soon no worker.
          makeRoom: () => link.call('makeRoom', undefined).catch(() => undefined),
          passOn: createPassOn(inner),
          findEarlier: (responseId) => link.call('findEarlier', responseId),
          ledger: createRemoteLedger(link),
          limits: createRemoteLimits(link),
          holds: () => holds,
          placements: { place: (request) => link.call('place', request) },
          holders: {
            note: (ids, holder) => void link.call('noteHeld', { ids, holder }).catch(() => {}),
            find: (ids) => link.call('findHolder', ids).catch(() => undefined),
          },
          shareOf: (of, used) => {
            const borrow = (wanted: number): Promise<number> => link.call('borrow', { of, wanted });
            const share = createShare({
              first: firstShares[of],
              used,
              borrow,
              now: () => systemClock.monotonic(),
            });
            shares.set(of, share);
            return share;
          },
        },
      },
    );
    const { recorder } = gateway;
    running = { gateway, teller: createTellPrimary({ recorder, tell: (told) => link.call('told', told) }) };
  };
  const flush = async (): Promise<undefined> => {
    await running?.gateway.recorder.flush();
    await running?.teller.flush();
  };

  await new Promise<void>((resolve) => {
    const link: Link<PrimaryCalls> = createLink<PrimaryCalls, WorkerCalls>(channel, {
      start: async (input) => {
        await start(link, input);
        return undefined;
      },
      flush,
      answerSoFar: async (id) => running?.gateway.recorder.answerSoFar(id),
      findEarlier: async (responseId) => running?.gateway.findEarlier(responseId),
      vitals: async () => running?.gateway.vitals(),
      reload: async (sources) => {
        await running?.gateway.reload(loadConfig(sources), sources);
        return undefined;
      },
      holds: async (now) => {
        holds = now;
        return undefined;
      },
      ended: async (ended) => {
        running?.gateway.end(ended);
        return undefined;
      },
      lend: async (of) => shares.get(of)?.lend() ?? 0,
      stop: async ({ graceMs }) => {
        await running?.gateway.close(graceMs);
        await running?.teller.flush();
        resolve();
        return undefined;
      },
    });
    link.call('hello', undefined).catch(() => {});
  });
};
