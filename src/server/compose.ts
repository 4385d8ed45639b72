import { randomBytes } from 'node:crypto';
import { type Admin, createAdmin } from '../admin/create-admin.ts';
import { systemClock } from '../base/clock.ts';
import { prepareZstdPart } from '../coding/decode-zstd-part.ts';
import { loadZstd } from '../coding/zstd-library.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import { listOf } from '../config/read-trusted-proxies.ts';
import { membershipOf } from '../fleet/membership-of.ts';
import { groupsOf, rulesFor } from '../fleet/rules-for.ts';
import { endKeys } from '../guard/keys/end-keys.ts';
import { openKeyRing } from '../guard/keys/key-ring.ts';
import type { Metering } from '../guard/limits/create-metering.ts';
import { createAllowances } from '../guard/policies/create-allowances.ts';
import { createSeeThroughProxies } from '../guard/see-through-proxies.ts';
import { createTickets } from '../guard/tickets.ts';
import { createAcceptFirst } from '../http/accept-first.ts';
import { ready, type TelemetryState } from '../http/health.ts';
import { createRecorder } from '../log/capture/recorder.ts';
import type { Vitals } from '../metrics/vitals.ts';
import { startDemoUpstream } from '../providers/demo/start-demo-upstream.ts';
import { createKeptAnswers } from '../translate/create-translate.ts';
import { askOverWebSocket } from '../websocket/ask-over-websocket.ts';
import { createUpgradeServer } from '../websocket/serve-upgrades.ts';
import { urlOf } from './addresses.ts';
import { keepBudgets } from './compose-budgets.ts';
import { composeGate, guarding } from './compose-gate.ts';
import { composeGeneration, type GenerationDeps } from './compose-generation.ts';
import { composeIntake } from './compose-intake.ts';
import { composeLimits } from './compose-limits.ts';
import { type ComposedLog, composeLog } from './compose-log.ts';
import { composeMetrics } from './compose-metrics.ts';
import { composeCallers, withSignIn } from './compose-sign-in.ts';
import { composeMetering } from './compose-spending.ts';
import { composeTelemetry } from './compose-telemetry.ts';
import { upstreamTroubleOf } from './compose-upstreams.ts';
import { createApp } from './create-app.ts';
import { createServers } from './create-server.ts';
import { createVia, instanceOf } from './create-via.ts';
import { createRecall, findEarlier } from './earlier-answers.ts';
import type { ComposeOptions, Gateway } from './gateway.ts';
import { createGenerations } from './generations.ts';
import { listSecrets } from './list-secrets.ts';
import { listen } from './listen.ts';
import { loadSealingSecret, shareSealingSecret } from './load-sealing-secret.ts';
import { createNotices } from './notices.ts';
import { openEventLog } from './open-log.ts';
import { openSharedState } from './open-shared-state.ts';
import { readSavedCatalog } from './read-saved-catalog.ts';
import { mergeConfig, type Reloaded } from './reload-config.ts';
import { keysOf } from './remember-keys.ts';
import { shareAnswers } from './share-answers.ts';
import { stopServing } from './stop-serving.ts';
import { storageStateOf } from './storage-state.ts';
import { TIMEOUTS } from './timeouts.ts';
import { composeTls } from './tls/compose-tls.ts';
import { passingOn } from './workers/pass-to-primary.ts';

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
  // Before anything is opened that would have to be closed where it is refused.
  const ownSecret = part?.sealingSecret ?? (await loadSealingSecret(config.dataDir));
  const notices = createNotices();
  const tls = await composeTls(config.tls, notices, clock);
  const state = await openSharedState(config, clock);
  const keyStore = keysOf(config, state);
  state.postgres?.onNotice(notices.tell);
  const sealingSecret = part ? ownSecret : await shareSealingSecret(config.dataDir, ownSecret, state);
  const callers = await composeCallers(
    config,
    await openKeyRing(keyStore, () => clock.now()),
    sealingSecret,
    () => urlOf(config.host, listening.port, tls !== undefined),
    clock,
  );
  const { ring, gate } = callers;
  const isGuarded = guarding(config, ring);
  const counted = part ?? (await keepBudgets(config, state, clock));
  /** The same object at all times: a reload changes what is in it. */
  const live: GatewayConfig = { ...config };
  const allowances = createAllowances(ring, (key) => {
    const { policy } = live;
    return policy && rulesFor(policy, groupsOf(policy, membershipOf(key))).rules.models;
  });
  const kept = 'store' in counted ? counted : undefined;
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
  const ownHistory = createKeptAnswers(clock, part?.workers);
  // Who wants no bodies in the log wants none in the database.
  const answers = config.logBodies ? state.postgres?.answers : undefined;
  const history = answers ? shareAnswers(ownHistory, answers) : ownHistory;
  const findElsewhere = async (id: string): Promise<Buffer | undefined> =>
    (await part?.findEarlier(id)) ?? answers?.find(id);
  // Requests are counted by what is made here, and what counts them asks for prices of the upstreams.
  const generationDeps: GenerationDeps = {
    takeProvider: (...asked) => metering.takeProvider(...asked),
    ...{ clock, sealingSecret, history, via },
    isDemo: options.demo,
    demoUrl: demo?.url ?? part?.demoUrl,
    translateInto: options.translateInto,
    connectTimeoutMs: timeouts.connectMs,
    recall: part || answers ? createRecall(ownHistory, findElsewhere) : undefined,
  };
  const generations = createGenerations(await composeGeneration(config, generationDeps), recorder);
  const { outward, priced } = generations;
  const metering: Metering = composeMetering({ config, counted, upstreams: priced, recorder, clock });
  const { chooseUpstream, chooseDestination, clientFor, retrying, ask } = outward;
  let closing = false;
  const isClosing = (): boolean => closing;
  const limits = composeLimits({
    config,
    recorder,
    upgrades: {
      get size() {
        return upgrades.size;
      },
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
    allowanceOf: allowances.of,
    clientFor,
    admit,
    via,
    isClosing,
  };
  const side = part ? { part } : { logs: await composeLog(config, recorder, state, clock) };
  const logs = 'logs' in side ? side.logs : undefined;
  const { dataDir, retentionDays } = config;
  const events = openEventLog({ dataDir, retentionDays, now: () => clock.now() });
  const createOwnAdmin = ({ watch, log }: Pick<ComposedLog, 'watch' | 'log'>): Admin =>
    createAdmin({
      config: live,
      recorder: watch,
      log,
      events,
      clock,
      checkKey,
      ring,
      keyStore,
      sealingSecret,
      adminLog: state.adminLog,
      tickets,
      isGuarded,
      upstreams: priced,
      version: options.version,
      url: () => urlOf(config.host, listening.port, tls !== undefined),
      codexHome: options.codexHome,
      askOverWebSocket,
      budgets: kept,
    });
  const admin: Omit<Admin, 'insight' | 'openSession'> & Partial<Pick<Admin, 'insight'>> =
    'part' in side
      ? passingOn(side.part.passOn, gate !== undefined)
      : await withSignIn(createOwnAdmin(side.logs), gate, config, { ...state, checkKey, ring }, clock);
  const vitals = (): Vitals => ({
    breakers: outward.breakers(),
    waiting: recorder.waiting,
    residentBytes: process.memoryUsage.rss(),
  });
  const storage = storageStateOf(state.postgres, logs?.shipping);
  const telemetry =
    admin.insight &&
    (await composeTelemetry({
      ...{ config, recorder, clock, tell: notices.tell },
      version: options.version,
      instance: instanceOf(via),
      insight: admin.insight,
    }));
  const intake = part ? undefined : composeIntake({ config, recorder, clock, checkKey, events, telemetry });
  const telemetryState = telemetry && ((): TelemetryState => telemetry.state);
  const metrics = part
    ? config.metrics && { endpoint: config.metrics.endpoint, handle: part.passOn, close: () => {} }
    : await composeMetrics({
        ...{ config, recorder, clock, ring, isGuarded, checkKey },
        version: options.version,
        pricing: admin.insight?.pricing,
        budgets: kept,
        vitals: async () => [vitals()],
        storage,
        telemetry: telemetryState,
        workers: undefined,
      });
  const arrivals = createAcceptFirst();
  const app = createApp({
    ...shared,
    metrics,
    intake: part?.passOn ?? intake?.handle ?? ((_request, _response, next) => next()),
    bodies: limits.bodies,
    retrying,
    prepareCount: outward.prepareCount,
    keys: outward.keys,
    upstreams: generations.byName,
    ollama: () => generations.now().upstreams.ollama,
    admin,
    readyz:
      part?.passOn ??
      ready({
        recorder,
        isClosing,
        upstreamTrouble: () => upstreamTroubleOf(generations.now().upstreams),
        storage,
        telemetry: telemetryState,
      }),
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

  const stopEndingKeys = endKeys({
    ring,
    running: () =>
      [
        ...recorder.active.values().map(({ record }) => record.keyId),
        ...upgrades.callers().map(({ keyId }) => keyId),
      ].filter((id) => id !== undefined),
    cut: (id, reason) => {
      outward.cut(reason, ({ keyId }) => keyId === id);
      upgrades.cut(reason, ({ keyId }) => keyId === id);
    },
    drain: (id) => upgrades.drain(({ keyId }) => keyId === id),
  });

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

  const listening = { port: config.port };
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
    metrics?.close();
    intake?.close();
    await events.close();
    await admin.close();
    stopEndingKeys();
    allowances.close();
    ring.close();
    await recorder.close();
    // Behind the recorder, which tells of what it cuts off.
    await telemetry?.close(timeouts.telemetryFlushMs);
    await logs?.close();
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
  const url = urlOf(config.host, port, tls !== undefined);
  tls?.announceAt(url);

  return {
    url,
    tls,
    port,
    instance: instanceOf(via),
    upstream: generations.now().upstreams.upstream,
    recorder,
    insight: admin.insight,
    reload,
    onNotice: notices.onNotice,
    vitals,
    findEarlier: (responseId) => findEarlier(history, responseId),
    close: async (graceMs) => {
      closing = true;
      await stopServing({ servers, admin, upgrades, outward, recorder }, graceMs);
      await release();
    },
  };
};
