import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createAdmin } from '../admin/create-admin.ts';
import { createRecorder, type Recorder } from '../audit/recorder.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { catalogFileOf } from '../config/data-dir.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { ChatgptLogin } from '../config/settings.ts';
import type { TranslateInto } from '../forward/prepare-request.ts';
import { createAuthenticate } from '../guard/create-authenticate.ts';
import { startDemoUpstream } from '../providers/demo/start-demo-upstream.ts';
import type { Upstream } from '../providers/upstream.ts';
import { askOverWebSocket } from '../websocket/ask-over-websocket.ts';
import { createUpgradeServer } from '../websocket/serve-upgrades.ts';
import { toOriginForm, urlOf } from './addresses.ts';
import { answerMalformed } from './answer-malformed.ts';
import { composeDemoModels, composeModels, type Models } from './compose-models.ts';
import { composeOutward } from './compose-outward.ts';
import { composeTranslation, type OwnTranslation } from './compose-translation.ts';
import { createApp } from './create-app.ts';
import { listSecrets } from './list-secrets.ts';
import { listen } from './listen.ts';
import { loadSealingSecret } from './load-sealing-secret.ts';
import { createMessageClasses } from './message-classes.ts';
import { waitUntilIdle } from './wait-until-idle.ts';

const TIMEOUTS = {
  connectMs: 10_000,
  /** For a client to send the head of a request. */
  headMs: 60_000,
  bodyIdleMs: 60_000,
  /** For an upstream to agree to a WebSocket connection; after that it is asked over HTTP. */
  handshakeMs: 5_000,
  /** As long as OpenAI keeps one connection. */
  websocketAgeMs: 60 * 60_000,
  heartbeatMs: 30_000,
};
/** Longer than clients keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 120_000;
/** How often it is looked for clients that have stopped in the head of a request. */
const HEAD_CHECK_MS = 30_000;
/** Codex sends its turn's metadata in a header: Node's 16 KB could be too few. */
const MAX_HEADER_BYTES = 64 * 2 ** 10;
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
}

/** A gateway that listens. */
export interface Gateway {
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  readonly port: number;
  readonly upstream: Upstream;
  readonly recorder: Recorder;
  /**
   * Stops: no new requests, running answers may end within `graceMs`, then they are cut off as
   * `shutting_down`; everything is written when this resolves.
   */
  close(graceMs: number): Promise<void>;
}

const composeOwnTranslation = async (
  { dataDir }: GatewayConfig,
  { maxOutputTokensOf }: Models,
  clock: Clock,
): Promise<OwnTranslation> =>
  composeTranslation({
    sealingSecret: await loadSealingSecret(dataDir),
    clock,
    maxTokensOf: maxOutputTokensOf,
  });

const upstreamTroubleOf = (upstream: Upstream, login: ChatgptLogin): string | undefined => {
  if (upstream.credential || login === 'passthrough') return undefined;
  return `no key for ${upstream.baseUrl.host}: set ${upstream.keyVariable}`;
};

/**
 * Builds the gateway from its configuration and starts it: the one place that constructs.
 * @throws GatewayError port_in_use, command_failed where it cannot listen
 */
export const compose = async (config: GatewayConfig, options: ComposeOptions): Promise<Gateway> => {
  const clock = systemClock;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const via = `1.1 gomodel-ts-${randomBytes(6).toString('hex')}`;
  const demo = options.demo ? await startDemoUpstream() : undefined;
  const secrets = listSecrets(config);
  const recorder = await createRecorder({
    dataDir: config.dataDir,
    clock,
    logBodies: config.logBodies,
    retentionDays: config.retentionDays,
    maxDiskBytes: config.maxDiskBytes,
    secrets,
  });
  const models = demo ? composeDemoModels('demo') : await composeModels(config, clock);
  const outward = composeOutward({
    config,
    demoUrl: demo?.url,
    routing: models.routing,
    ...(await composeOwnTranslation(config, models, clock)),
    ...(options.translateInto && { translateInto: options.translateInto }),
    clock,
    connectTimeoutMs: timeouts.connectMs,
    via,
  });
  const { upstream, chooseUpstream, chooseDestination, wayTo, asking, ask } = outward;
  let closing = false;
  const shared = {
    clock,
    recorder,
    chooseUpstream,
    chooseDestination,
    wayTo,
    check: createAuthenticate(config.masterKey),
    isGuarded: config.masterKey !== undefined,
    via,
    isClosing: () => closing,
  };
  const admin = createAdmin({
    config,
    recorder,
    clock,
    check: shared.check,
    upstreams: demo ? [upstream] : [...outward.upstreams, outward.chatgpt],
    version: options.version,
    url: () => urlOf(config.host, listening.port),
    codexHome: options.codexHome,
    askOverWebSocket,
  });
  const app = createApp({
    ...shared,
    asking,
    upstreams: outward.upstreams,
    admin,
    listModels: models.listModels,
    loadCatalog: () => readFile(catalogFileOf(config.dataDir)).catch(() => undefined),
    upstreamTrouble: upstreamTroubleOf(upstream, outward.login),
    version: options.version,
    maxOpenExchanges: config.maxOpenExchanges,
    bodySizeLimitBytes: config.bodySizeLimitBytes,
    bodyIdleTimeoutMs: timeouts.bodyIdleMs,
  });
  const upgrades = createUpgradeServer({
    ...shared,
    ask,
    hasOtherProviders: outward.upstreams.length > 1,
    setting: config.websockets,
    maxConnections: config.maxOpenExchanges,
    maxMessageBytes: config.bodySizeLimitBytes,
    handshakeTimeoutMs: timeouts.handshakeMs,
    maxAgeMs: timeouts.websocketAgeMs,
    heartbeatMs: timeouts.heartbeatMs,
    historyBytes: options.historyBytes ?? HISTORY_BYTES,
  });

  const listening = { port: config.port };
  const messageClasses = createMessageClasses(app);
  const createServer = (): Server => {
    const server = http.createServer({
      ...messageClasses,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer by itself, without a record.
      requireHostHeader: false,
      // A long upload is no fault; a client that falls silent is found by the body's own timer.
      requestTimeout: 0,
      // Its default is the least of a minute and the above, which would be none at all.
      headersTimeout: timeouts.headMs,
      connectionsCheckingInterval: Math.min(timeouts.headMs, HEAD_CHECK_MS),
    });
    // Node would drop what comes after the 2000th line and say nothing; their bytes are bounded as it is.
    server.maxHeadersCount = 0;
    const normalize = (request: IncomingMessage): void => {
      if (!request.url?.startsWith('/')) request.url = toOriginForm(request.url ?? '');
    };
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      normalize(request);
      app(request, response);
    };
    server.on('request', serve);
    // What is expected beside `100-continue` is passed over: Node's own refusal would leave no record.
    server.on('checkExpectation', serve);
    server.on('upgrade', (request, socket, head) => {
      normalize(request);
      upgrades.handle(request, socket, head);
    });
    answerMalformed(server, recorder);
    return server;
  };

  const release = async (): Promise<void> => {
    outward.close();
    await models.close();
    await demo?.close();
    await admin.close();
    await recorder.close();
  };
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
    upstream,
    recorder,
    close: async (graceMs) => {
      closing = true;
      admin.hangUp();
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
      outward.cutAll(reason);
      upgrades.cutAll(reason);
      await waitUntilIdle(recorder, CUT_GRACE_MS);
      upgrades.close();
      for (const server of servers) server.closeAllConnections();
      await release();
    },
  };
};
