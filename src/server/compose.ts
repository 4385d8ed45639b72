import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Admin, createAdmin } from '../admin/create-admin.ts';
import { systemClock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { prepareZstdPart } from '../coding/decode-zstd-part.ts';
import { loadZstd } from '../coding/zstd-library.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { TranslateInto } from '../forward/send/prepare-request.ts';
import { endKeys } from '../guard/keys/end-keys.ts';
import { openFileKeyStore } from '../guard/keys/file-key-store.ts';
import { openKeyRing } from '../guard/keys/key-ring.ts';
import { ready } from '../http/health.ts';
import { createRecorder, type ExchangeWatch, type Recorder } from '../log/capture/recorder.ts';
import { startDemoUpstream } from '../providers/demo/start-demo-upstream.ts';
import type { Upstream } from '../providers/upstream.ts';
import { createKeptAnswers } from '../translate/create-translate.ts';
import { itemsUpTo, type ResponseHistory } from '../translate/response-history.ts';
import { askOverWebSocket } from '../websocket/ask-over-websocket.ts';
import { createUpgradeServer } from '../websocket/serve-upgrades.ts';
import { urlOf } from './addresses.ts';
import { composeGate, guarding } from './compose-gate.ts';
import { composeLimits } from './compose-limits.ts';
import { composeDemoModels, composeModels } from './compose-models.ts';
import { composeOutward } from './compose-outward.ts';
import { composeTranslation } from './compose-translation.ts';
import { composeUpstreams, upstreamTroubleOf } from './compose-upstreams.ts';
import { createApp } from './create-app.ts';
import { createServers } from './create-server.ts';
import { createVia } from './create-via.ts';
import { listSecrets } from './list-secrets.ts';
import { listen } from './listen.ts';
import { loadSealingSecret } from './load-sealing-secret.ts';
import { openOwnLog } from './open-log.ts';
import { readSavedCatalog } from './read-saved-catalog.ts';
import { waitUntilIdle } from './wait-until-idle.ts';
import { passingOn } from './workers/pass-to-primary.ts';
import type { Bounded } from './workers/protocol.ts';
import type { Share } from './workers/share.ts';

const TIMEOUTS = {
  connectMs: 10_000,
  /** For a client to send the head of a request. */
  headMs: 10_000,
  bodyIdleMs: 60_000,
  /** For an upstream to agree to a WebSocket connection; after that it is asked over HTTP. */
  handshakeMs: 5_000,
  /** As long as OpenAI keeps one connection. */
  websocketAgeMs: 60 * 60_000,
  heartbeatMs: 30_000,
  /** How long nothing was asked on a WebSocket connection that gives way to a new one. */
  givesWayAfterMs: 60_000,
  /** For a body to wait until other ones leave memory. */
  roomMs: 5_000,
};
/** Where it is too little, clients send their whole conversation again: slower, and nothing is lost. */
const HISTORY_BYTES = 512 * 2 ** 20;
/** How long an answer that was cut off may take to reach its client. */
const CUT_GRACE_MS = 500;

export interface ComposeOptions {
  readonly version: string;
  /** True: a built-in upstream answers instead of the provider. */
  readonly demo: boolean;
  /** Codex's own folder, for the page that shows whether Codex is connected. */
  readonly codexHome?: string;
  /** Another one, for tests. */
  readonly translateInto?: TranslateInto;
  /** Other ones, for tests. */
  readonly timeouts?: Partial<typeof TIMEOUTS>;
  /** What bridged WebSocket conversations may take in memory, all together. */
  readonly historyBytes?: number;
  /** Set in one of several processes that share the traffic. */
  readonly part?: WorkerPart;
}

/** What a process that serves traffic beside others has from the one that keeps them. */
interface WorkerPart {
  /** How many they are: each has its part of what is bounded. */
  readonly workers: number;
  /** Where the demo answers, which they share. */
  readonly demoUrl: URL | undefined;
  readonly via: string;
  readonly sealingSecret: Buffer;
  /** Of the log they write together; never rejects. */
  readonly makeRoom: () => Promise<void>;
  /** Answers what is asked of the gateway as a whole: `/admin`, `/readyz`. */
  readonly passOn: (request: IncomingMessage, response: ServerResponse) => void;
  /** Items that an earlier answer of another one's leads to, as `Gateway.findEarlier` gives them. */
  readonly findEarlier: (responseId: string) => Promise<Buffer | undefined>;
  /** Of what all of them have a bound. @param used how many there are here at the moment */
  readonly shareOf: (of: Bounded, used: () => number) => Share;
}

/** A gateway that listens, in one process or several. */
export interface ServingGateway {
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  readonly port: number;
  readonly upstream: Upstream;
  readonly recorder: ExchangeWatch;
  /** Absent in one of several processes: the one that keeps them has it. */
  readonly insight: Admin['insight'] | undefined;
  /**
   * Stops: no new requests, running answers may end within `graceMs`, then they are cut off as
   * `shutting_down`; everything is written when this resolves.
   */
  close(graceMs: number): Promise<void>;
}

/** One process of it, with all that serves requests. */
export interface Gateway extends ServingGateway {
  readonly recorder: Recorder;
  /**
   * The items that an answer of a translated model leads to, for another process to go on from.
   * @param id of the answer, or of one of its items
   */
  findEarlier(id: string): Buffer | undefined;
}

/** JSON items with commas between; undefined where nothing is known of the answer. */
const findEarlier = (history: ResponseHistory, id: string): Buffer | undefined => {
  const place = history.take(history.ownerOf(id) ?? id);
  if (!place) return undefined;
  const items = Buffer.from(itemsUpTo(place).join(','));
  history.giveBack(place);
  return items;
};

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
  const sealingSecret = part?.sealingSecret ?? (await loadSealingSecret(config.dataDir));
  const ring = await openKeyRing(openFileKeyStore(config.dataDir), () => clock.now());
  const isGuarded = guarding(config, ring);
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
  const models = options.demo ? composeDemoModels('demo') : await composeModels(config, clock);
  const history = createKeptAnswers(clock, part?.workers);
  const upstreams = composeUpstreams(config, demo?.url ?? part?.demoUrl);
  const outward = composeOutward({
    config,
    upstreams,
    routing: models.routing,
    ...composeTranslation({
      sealingSecret,
      clock,
      factsOf: models.factsOf,
      history,
    }),
    ...(options.translateInto && { translateInto: options.translateInto }),
    clock,
    connectTimeoutMs: timeouts.connectMs,
    via,
    recall:
      part &&
      (async (id) => {
        if (history.has(id) || history.ownerOf(id) !== undefined) return;
        const items = await part.findEarlier(id);
        if (items) history.add(id, undefined, items, [id]);
      }),
  });
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
  const { admit, checkKey } = composeGate({
    ...{ config, ring, clock, via, isClosing },
    checkCapacity: limits.checkCapacity,
  });
  const shared = {
    clock,
    recorder,
    chooseUpstream,
    chooseDestination,
    clientFor,
    admit,
    via,
    isClosing,
  };
  const admin: Omit<Admin, 'insight'> & Partial<Pick<Admin, 'insight'>> = part
    ? passingOn(part.passOn)
    : createAdmin({
        config,
        recorder,
        log: openOwnLog(config.dataDir, recorder, clock),
        clock,
        checkKey,
        ring,
        isGuarded,
        upstreams: demo ? [upstreams.upstream] : [...upstreams.upstreams, upstreams.chatgpt],
        version: options.version,
        url: () => urlOf(config.host, listening.port),
        codexHome: options.codexHome,
        askOverWebSocket,
      });
  const app = createApp({
    ...shared,
    bodies: limits.bodies,
    retrying,
    upstreams: upstreams.upstreams,
    admin,
    readyz: part?.passOn ?? ready({ recorder, isClosing, upstreamTrouble: upstreamTroubleOf(upstreams) }),
    listModels: models.listModels,
    loadCatalog: async () => readSavedCatalog(config.dataDir),
    version: options.version,
    isGuarded,
    bodySizeLimitBytes: config.bodySizeLimitBytes,
    bodyIdleTimeoutMs: timeouts.bodyIdleMs,
  });
  const upgrades = createUpgradeServer({
    ...shared,
    ask,
    hasOtherProviders: upstreams.upstreams.length > 1,
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
  });

  const listening = { port: config.port };
  const createServer = createServers({
    app,
    upgrades,
    recorder,
    headTimeoutMs: timeouts.headMs,
    maxConnections: limits.maxConnections,
  });

  const release = async (): Promise<void> => {
    outward.close();
    await models.close();
    await demo?.close();
    await admin.close();
    stopEndingKeys();
    ring.close();
    await recorder.close();
  };
  await zstdPartReady;
  const { servers, port } = await listen({ createServer, host: config.host, port: config.port }).catch(
    async (error: unknown) => {
      await release();
      throw error;
    },
  );

  listening.port = port;

  return {
    url: urlOf(config.host, port),
    port,
    upstream: upstreams.upstream,
    recorder,
    insight: admin.insight,
    findEarlier: (responseId) => findEarlier(history, responseId),
    close: async (graceMs) => {
      closing = true;
      admin.closeStreams();
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
      upgrades.drain();
      await waitUntilIdle(recorder, graceMs);
      const reason = new GatewayError(
        'shutting_down',
        'the gateway was stopped while this answer ran. Try again.',
      );
      outward.cut(reason);
      upgrades.cut(reason);
      await waitUntilIdle(recorder, CUT_GRACE_MS);
      upgrades.close();
      for (const server of servers) server.closeAllConnections();
      await release();
    },
  };
};
