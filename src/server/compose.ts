import { randomBytes } from 'node:crypto';
import { systemClock } from '../base/time/clock.ts';
import { prepareZstdPart } from '../coding/decode-zstd-part.ts';
import { loadZstd } from '../coding/zstd-library.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import { listOf } from '../config/read-trusted-proxies.ts';
import type { Metering } from '../guard/limits/create-metering.ts';
import { createSeeThroughProxies } from '../guard/see-through-proxies.ts';
import { createTickets } from '../guard/tickets.ts';
import { createAcceptFirst } from '../http/accept-first.ts';
import { createRecorder } from '../log/capture/recorder.ts';
import type { Vitals } from '../metrics/vitals.ts';
import { createSessionPlaces } from '../providers/balance/session-places.ts';
import { startDemoUpstream } from '../providers/demo/start-demo-upstream.ts';
import { createUpgradeServer } from '../websocket/serve-upgrades.ts';
import { composeAllowances } from './compose/compose-allowances.ts';
import { keepBudgets } from './compose/compose-budgets.ts';
import { composeFoundation } from './compose/compose-foundation.ts';
import { composeGate, guarding } from './compose/compose-gate.ts';
import { composeGeneration, type GenerationDeps } from './compose/compose-generation.ts';
import { composeHistory } from './compose/compose-history.ts';
import { composeLimits } from './compose/compose-limits.ts';
import { composeOperations, type Doors, type Operations } from './compose/compose-operations.ts';
import { composeMetering } from './compose/compose-spending.ts';
import { upstreamTroubleOf } from './compose/compose-upstreams.ts';
import { composeWhereabouts } from './compose/compose-whereabouts.ts';
import { createApp } from './create-app.ts';
import { createVia, instanceOf } from './create-via.ts';
import { cutEndedKeys } from './cut-ended-keys.ts';
import type { ComposeOptions, Gateway } from './gateway.ts';
import { createGenerations } from './generations.ts';
import { listSecrets } from './list-secrets.ts';
import { createServers } from './listening/create-server.ts';
import { listen } from './listening/listen.ts';
import { stopServing } from './listening/stop-serving.ts';
import { TIMEOUTS } from './listening/timeouts.ts';
import { readSavedCatalog } from './read-saved-catalog.ts';
import { mergeConfig, type Reloaded } from './reload-config.ts';
import { findEarlier } from './shared/earlier-answers.ts';
import { passingDoors } from './workers/pass-to-primary.ts';

/** Where it is too little, clients send their whole conversation again: slower, and nothing is lost. */
const HISTORY_BYTES = 512 * 2 ** 20;

/**
 * Builds the gateway from its configuration and starts it: the one place that constructs.
 * @throws GatewayError port_in_use, command_failed where it cannot listen
 */
export const compose = async (config: GatewayConfig, options: ComposeOptions): Promise<Gateway> => {
  const clock = systemClock;
  // Ready before the first compressed body; a failure is told to the request that needs it.
  loadZstd().catch(() => {});
  const zstdPartReady = prepareZstdPart();
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const { part } = options;
  const via = part?.via ?? createVia();
  const listening = { port: config.port };
  const foundation = await composeFoundation(config, clock, () => listening.port, part);
  const { ring, gate, tls, state, sealingSecret, notices } = foundation;
  const isGuarded = guarding(config, ring);
  const side = part ? { part } : { kept: await keepBudgets(config, state, clock) };
  const counted = 'kept' in side ? side.kept : side.part;
  /** The same object at all times: a reload changes what is in it. */
  const live: GatewayConfig = { ...config };
  const allowances = composeAllowances(ring, live);
  const kept = 'kept' in side ? side.kept : undefined;
  const demo = options.demo && !part ? await startDemoUpstream() : undefined;
  const recorder = await createRecorder({
    dataDir: config.dataDir,
    clock,
    logBodies: config.logBodies,
    retentionDays: config.retentionDays,
    maxDiskBytes: config.maxDiskBytes,
    secrets: listSecrets(config),
    ...(part && { beside: { writers: part.workers, makeRoom: part.makeRoom } }),
  });
  const { history, recall } = composeHistory({ config, state, part, clock });
  const { placements, holders } = part ?? composeWhereabouts(config, state, clock);
  // Requests are counted by what is made here, and what counts them asks for prices of the upstreams.
  const generationDeps: GenerationDeps = {
    takeProvider: (...asked) => metering.takeProvider(...asked),
    ...{ clock, sealingSecret, history, recall, via },
    isDemo: options.demo,
    demoUrl: demo?.url ?? part?.demoUrl,
    translateInto: options.translateInto,
    connectTimeoutMs: timeouts.connectMs,
    places: createSessionPlaces(placements, clock),
  };
  const generations = createGenerations(await composeGeneration(config, generationDeps), recorder);
  const { outward, priced } = generations;
  const metering: Metering = composeMetering({ config, counted, upstreams: priced, recorder, clock });
  const { chooseUpstream, chooseDestination, placing, clientFor, retrying, ask } = outward;
  let closing = false;
  const isClosing = (): boolean => closing;
  const limits = composeLimits({
    config,
    recorder,
    upgrades: {
      size: () => upgrades.size(),
      giveWay: () => upgrades.giveWay(),
    },
    roomWaitMs: timeouts.roomMs,
    shareOf: part?.shareOf,
  });
  const tickets = createTickets(part?.ticketSecret ?? randomBytes(32), () => clock.now());
  const { admit, checkKey } = composeGate({
    ...{ config, ring, clock, via, tickets, isClosing },
    tokens: gate?.check,
    checkCapacity: limits.checkCapacity,
  });
  const shared = {
    clock,
    metering,
    recorder,
    chooseUpstream,
    chooseDestination,
    placing,
    holders,
    allowanceOf: allowances.of,
    clientFor,
    admit,
    via,
    isClosing,
  };
  const vitals = (): Vitals => ({
    breakers: outward.breakers(),
    waiting: recorder.waiting,
    residentBytes: process.memoryUsage.rss(),
  });
  const operations: Doors & Partial<Operations> =
    'kept' in side
      ? await composeOperations({
          ...{ config, live, foundation, clock, recorder, checkKey, tickets, via, isClosing },
          version: options.version,
          ...(options.codexHome !== undefined && { codexHome: options.codexHome }),
          upstreams: priced,
          upstreamTrouble: () => upstreamTroubleOf(generations.now().upstreams),
          budgets: side.kept,
          vitals: async () => [vitals()],
        })
      : passingDoors(side.part.passOn, config, gate !== undefined);
  const arrivals = createAcceptFirst();
  const app = createApp({
    ...shared,
    ...operations,
    bodies: limits.bodies,
    retrying,
    prepareCount: outward.prepareCount,
    keys: outward.keys,
    upstreams: generations.byName,
    ollama: () => generations.now().upstreams.ollama,
    models: () => generations.now().models,
    loadCatalog: async () => readSavedCatalog(config.dataDir),
    version: options.version,
    isGuarded,
    canSignIn: gate !== undefined,
    bodySizeLimitBytes: config.bodySizeLimitBytes,
    bodyIdleTimeoutMs: timeouts.bodyIdleMs,
    arrivals,
    routesByModel: () => generations.byName.size > 1 || generations.now().models.routing.aliases.size > 0,
  });
  const upgrades = createUpgradeServer({
    ...shared,
    ask,
    hasOtherProviders: () => generations.byName.size > 1,
    setting: config.websockets,
    bodies: limits.bodies,
    maxMessageBytes: config.bodySizeLimitBytes,
    handshakeTimeoutMs: timeouts.handshakeMs,
    maxAgeMs: timeouts.websocketAgeMs,
    heartbeatMs: timeouts.heartbeatMs,
    givesWayAfterMs: timeouts.givesWayAfterMs,
    historyBytes: options.historyBytes ?? HISTORY_BYTES / (part?.workers ?? 1),
  });

  const stopEndingKeys = cutEndedKeys({ ring, people: gate?.people, recorder, outward, upgrades });

  const reload = async (next: GatewayConfig): Promise<Reloaded> => {
    if (options.demo) return { changed: [], needsRestart: ['demo'] };
    const { config: merged, reloaded } = mergeConfig(live, next);
    const define = kept?.prepare(next);
    recorder.addSecrets(listSecrets(next));
    generations.replace(await composeGeneration(merged, generationDeps));
    await define?.();
    await tls?.refresh();
    Object.assign(live, merged);
    allowances.forget();
    return reloaded;
  };

  const createServer = createServers({
    app,
    upgrades,
    recorder,
    headTimeoutMs: timeouts.headMs,
    maxConnections: limits.maxConnections,
    arrivals,
    tls,
    seeThroughProxies:
      config.trustedProxies.length === 0 ? undefined : createSeeThroughProxies(listOf(config.trustedProxies)),
  });

  const release = async (): Promise<void> => {
    tls?.close();
    await generations.close();
    await demo?.close();
    await operations.close?.();
    stopEndingKeys();
    allowances.close();
    ring.close();
    await recorder.close();
    await operations.closeLog?.(timeouts.telemetryFlushMs);
    // Behind the log: what it cuts off is settled.
    await kept?.close();
    await state.close();
  };
  await zstdPartReady;
  const { servers, port } = await listen({ createServer, host: config.host, port: config.port }).catch(
    async (error: unknown) => {
      await release();
      throw error;
    },
  );

  listening.port = port;
  const url = foundation.url();
  tls?.announceAt(url);

  return {
    url,
    tls,
    port,
    instance: instanceOf(via),
    upstream: generations.now().upstreams.upstream,
    recorder,
    insight: operations.insight,
    reload,
    onNotice: notices.onNotice,
    vitals,
    findEarlier: (responseId) => findEarlier(history, responseId),
    end: (ended) => gate?.people.end(ended),
    close: async (graceMs) => {
      closing = true;
      await stopServing({ servers, admin: operations.admin, upgrades, outward, recorder }, graceMs);
      await release();
    },
  };
};
