import { randomBytes } from 'node:crypto';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig, LoadConfigSources } from '../../config/load-config.ts';
import { createTickets } from '../../guard/tickets.ts';
import { createRecorder } from '../../log/capture/recorder.ts';
import { startDemoUpstream } from '../../providers/demo/start-demo-upstream.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { keepBudgets } from '../compose/compose-budgets.ts';
import { composeFoundation } from '../compose/compose-foundation.ts';
import { composeCheckKey } from '../compose/compose-gate.ts';
import { composeOperations } from '../compose/compose-operations.ts';
import { composeUpstreams, type Upstreams, upstreamTroubleOf } from '../compose/compose-upstreams.ts';
import { composeWhereabouts } from '../compose/compose-whereabouts.ts';
import { createVia, instanceOf } from '../create-via.ts';
import type { ComposeOptions, ServingGateway } from '../gateway.ts';
import { listSecrets } from '../list-secrets.ts';
import { TIMEOUTS } from '../listening/timeouts.ts';
import { openLog } from '../open-log.ts';
import { mergeConfig, type Reloaded } from '../reload-config.ts';
import { answerWhereabouts } from './answer-whereabouts.ts';
import { startOnPort } from './choose-port.ts';
import { forkWorker, type WorkerProcess } from './fork-worker.ts';
import { type InnerServer, startInnerServer } from './inner-server.ts';
import { createWorkers } from './keep-workers.ts';
import { findEarlier, type KnownWorkers, tellAll, vitalsOf } from './known-workers.ts';
import { createLink } from './link.ts';
import { mergeRecorders } from './merge-recorders.ts';
import type { PrimaryCalls, WorkerCalls, WorkerStart } from './protocol.ts';
import { reserveForWorker } from './reserve-for-workers.ts';
import { shareBounds } from './share-bounds.ts';

/** Beyond the grace: for cutting what still runs, and writing it. */
const STOP_WITHIN_MS = 5_000;

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/**
 * Starts a gateway of several processes. This one, the primary, keeps the log and answers `/admin` and
 * `/readyz`; the workers, which share the port by node:cluster, serve everything else, and write what they
 * serve into segments of the log of their own.
 * @param sources what the configuration was read from: the workers read it from there, too
 * @throws GatewayError port_in_use, command_failed where they cannot listen
 */
export const startWorkers = async (
  sources: LoadConfigSources,
  config: GatewayConfig,
  options: Pick<ComposeOptions, 'version' | 'demo' | 'codexHome'>,
): Promise<ServingGateway> => {
  const clock = systemClock;
  const { version, codexHome } = options;
  const { dataDir, host } = config;
  let port = config.port;
  const foundation = await composeFoundation(config, clock, () => port);
  const { ring, gate, tls, state, sealingSecret, notices } = foundation;
  const budgets = await keepBudgets(config, state, clock);
  const whereabouts = composeWhereabouts(config, state, clock);
  const demo = options.demo ? await startDemoUpstream() : undefined;
  const { logBodies, retentionDays } = config;
  const own = await createRecorder({
    ...{ dataDir, clock, logBodies, retentionDays },
    maxDiskBytes: config.maxDiskBytes,
    secrets: listSecrets(config),
  });
  const recorder = mergeRecorders({ own, log: openLog(dataDir), now: () => clock.now() });
  const upstreams = composeUpstreams(config, demo?.url);
  /** Both are the same objects at all times: a reload changes what is in them. */
  const live: GatewayConfig = { ...config };
  const pricedOf = (of: Upstreams): Upstream[] => (demo ? [of.upstream] : [...of.upstreams, of.chatgpt]);
  const priced = pricedOf(upstreams);
  let trouble = upstreamTroubleOf(upstreams);
  const known: KnownWorkers = new Map();
  const bounds = shareBounds<WorkerProcess>(
    config,
    async (worker, of) => (await known.get(worker)?.link.call('lend', of)) ?? 0,
  );
  let closing = false;

  const checkKey = composeCheckKey(config, ring, clock, { tokens: gate?.check });
  const ticketSecret = randomBytes(32);
  const via = createVia();
  const operations = await composeOperations({
    ...{ config, live, foundation, clock, recorder, checkKey, via, budgets, version },
    ...(codexHome !== undefined && { codexHome }),
    tickets: createTickets(ticketSecret, () => clock.now()),
    upstreams: priced,
    isClosing: () => closing,
    upstreamTrouble: () => trouble,
    workers: () => workers.state,
    vitals: async () => [
      { breakers: {}, waiting: own.waiting, residentBytes: process.memoryUsage.rss() },
      ...(await vitalsOf(known)),
    ],
  });
  let inner: InnerServer | undefined;
  const release = async (): Promise<void> => {
    tls?.close();
    await inner?.close();
    await demo?.close();
    await operations.close();
    ring.close();
    await budgets.close();
    await own.close();
    await operations.closeLog(TIMEOUTS.telemetryFlushMs);
    await state.close();
  };

  let startInput = { sources, version, demoUrl: demo?.url.href, via, sealingSecret, ticketSecret };
  const begin = async (worker: WorkerProcess, address: InnerServer['address']): Promise<void> => {
    let sayHello = (): void => {};
    const hello = new Promise<void>((resolve) => {
      sayHello = resolve;
    });
    const reservations = reserveForWorker(budgets.ledger, budgets.limits);
    const link = createLink<WorkerCalls, PrimaryCalls>(worker.channel, {
      ...reservations.answers,
      ...answerWhereabouts(whereabouts),
      hello: async () => {
        sayHello();
        return undefined;
      },
      told: async (told) => {
        const skipped = view.take(told);
        if (skipped > 0) notices.tell(`… ${plural(skipped, 'line', 'lines')} skipped; the log has them`);
        return undefined;
      },
      makeRoom: async () => {
        await own.makeRoom();
        return undefined;
      },
      borrow: ({ of, wanted }) => bounds[of].borrow(worker, wanted),
      findEarlier: (responseId) => findEarlier(known, worker, responseId),
    });
    const view = recorder.add(link);
    known.set(worker, { link, view, reservations });
    const shares = {
      exchanges: bounds.exchanges.join(worker),
      connections: bounds.connections.join(worker),
      bodyBytes: bounds.bodyBytes.join(worker),
    };
    const holds = budgets.holds();
    const ends = gate?.people.ends() ?? [];
    const start: WorkerStart = { ...startInput, port, inner: address, ends, shares, holds };
    const ended = worker.ended.then((how) => {
      throw new GatewayError('command_failed', `A worker ${how} before it could serve.`);
    });
    const served = hello.then(() => {
      // It was asked to stop before it could hear that.
      if (closing) throw new GatewayError('shutting_down', 'the gateway is stopping.');
      return link.call('start', start);
    });
    try {
      await Promise.race([served, ended]);
    } catch (error) {
      await bury(worker);
      throw error;
    }
  };
  const bury = async (worker: WorkerProcess): Promise<number> => {
    const { view, reservations } = known.get(worker) ?? {};
    known.delete(worker);
    reservations?.free();
    for (const bound of Object.values(bounds)) bound.leave(worker);
    return (await view?.bury()) ?? 0;
  };
  const onDeath = async (worker: WorkerProcess, how: string): Promise<void> => {
    const interrupted = await bury(worker);
    if (closing) return;
    const lost = interrupted > 0 ? ` ${plural(interrupted, 'request', 'requests')} ended with it.` : '';
    notices.tell(`Worker ${worker.pid} ${how}.${lost} Another one is taking its place.`);
  };

  budgets.onChange(() => tellAll(known, 'holds', budgets.holds()));
  gate?.people.onEnd((ended) => tellAll(known, 'ended', ended));

  const address = async (): Promise<InnerServer['address']> => {
    inner ??= await startInnerServer(dataDir, operations);
    return inner.address;
  };
  const workers = createWorkers({
    wanted: config.workers,
    fork: forkWorker,
    begin: async (worker) => begin(worker, await address()),
    onDeath,
    onFailure: (error, nextInMs) => {
      const why = error instanceof Error ? error.message : String(error);
      notices.tell(`A worker could not start: ${why} Tried again in ${nextInMs / 1000} s.`);
    },
    now: () => clock.monotonic(),
  });

  const reload = async (next: GatewayConfig, nextSources: LoadConfigSources): Promise<Reloaded> => {
    if (demo) return { changed: [], needsRestart: ['demo'] };
    const { config: merged, reloaded } = mergeConfig(live, next);
    const define = budgets.prepare(next);
    own.addSecrets(listSecrets(next));
    // Whoever takes the place of one that dies meanwhile begins with it.
    startInput = { ...startInput, sources: nextSources };
    await Promise.all([...known.values()].map(({ link }) => link.call('reload', nextSources)));
    await define();
    const others = composeUpstreams(merged, undefined);
    priced.splice(0, priced.length, ...pricedOf(others));
    trouble = upstreamTroubleOf(others);
    await tls?.refresh();
    Object.assign(live, merged);
    return reloaded;
  };

  try {
    await startOnPort(host, config.port, async (chosen) => {
      port = chosen;
      await workers.start();
    });
  } catch (error) {
    await release();
    throw error;
  }

  const url = foundation.url();
  tls?.announceAt(url);
  return {
    url,
    tls,
    port,
    instance: instanceOf(startInput.via),
    upstream: upstreams.upstream,
    recorder,
    insight: operations.insight,
    onNotice: notices.onNotice,
    reload,
    close: async (graceMs) => {
      closing = true;
      operations.admin.closeStreams();
      const ask = (worker: WorkerProcess): void => {
        // One that ends before it answers has done what it was asked.
        known
          .get(worker)
          ?.link.call('stop', { graceMs })
          .catch(() => {});
      };
      await workers.stop(ask, graceMs + STOP_WITHIN_MS);
      await release();
    },
  };
};
