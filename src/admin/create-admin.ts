import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { Clock } from '../base/time/clock.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { AdminLog } from '../guard/admin-log.ts';
import type { CheckKey } from '../guard/checks/check-key.ts';
import type { KeyRing } from '../guard/keys/key-ring.ts';
import type { KeyStore } from '../guard/keys/key-store.ts';
import type { Tickets } from '../guard/tickets.ts';
import type { ClientEventReader, ExchangeWatch, LogReader } from '../log/port.ts';
import type { Ask } from '../probe/probe.ts';
import type { Upstream } from '../providers/upstream.ts';
import { type Access, createAccess } from './access/create-access.ts';
import { createScopes } from './access/create-scopes.ts';
import { scopeLog, scopeWatch } from './access/scope-log.ts';
import { createSendAgain } from './again/send-again.ts';
import { createKeyUse } from './answers/key-use.ts';
import { createFindTitle } from './answers/session-title.ts';
import { createFindWork } from './answers/turns/answer-work.ts';
import { createFindPrompt } from './answers/turns/find-prompt.ts';
import { API_BASE, createDispatch, type Route, refuse } from './api/dispatch.ts';
import { createRoutes } from './api/routes.ts';
import type { SignInRoutesDeps } from './api/sign-in-routes.ts';
import type { KeptBudgets } from './budgets/kept-budgets.ts';
import { createCallerApi, isCallerPath } from './caller/caller-api.ts';
import { createPricing, type Pricing, priceEntry } from './cost/create-pricing.ts';
import { createTellLosses } from './cost/tell-losses.ts';
import { createNoteServed } from './fleet/note-served.ts';
import { createServeBundle, isBundlePath } from './fleet/serve-bundle.ts';
import { enterPage } from './page/enter-page.ts';
import { PAGE_FOLDER } from './page/load-page.ts';
import { setPageHeaders } from './page/page-headers.ts';
import { createServePage, PAGE_BASE } from './page/serve-page.ts';
import { createSearchBodies } from './select/search-bodies.ts';
import { createFeed, type Feed } from './stream/create-feed.ts';

export interface AdminDeps {
  readonly config: GatewayConfig;
  readonly recorder: ExchangeWatch;
  /** Closed with the page. */
  readonly log: LogReader;
  /** What clients tell of their tools. */
  readonly events: ClientEventReader;
  readonly clock: Clock;
  readonly checkKey: CheckKey;
  readonly ring: KeyRing;
  readonly keyStore: KeyStore;
  /** Of this gateway, and of all that share its database. */
  readonly sealingSecret: Buffer;
  readonly adminLog: AdminLog;
  /** Absent where nobody can sign in. */
  readonly signIns: SignInRoutesDeps['signIns'];
  /** Let requests of the page's own in. */
  readonly tickets: Pick<Tickets, 'issue'>;
  /** Whether callers need a key. */
  readonly isGuarded: () => boolean;
  /** Who is asked for models, the gateway's own first. */
  readonly upstreams: readonly Upstream[];
  /** Absent in a process that does not keep them. */
  readonly budgets: KeptBudgets | undefined;
  readonly version: string;
  /** Such as `http://localhost:8080`; known once the gateway listens. */
  readonly url: () => string;
  /** Codex's own folder; absent where nobody said which. */
  readonly codexHome: string | undefined;
  /** For the doctor's round trip; the room that speaks WebSocket is beside this one. */
  readonly askOverWebSocket: Ask;
  /** Where the built page lies. */
  readonly pageFolder?: string;
}

/** The page, and the API that it asks. */
export interface Admin {
  /** Answers what lies below `/admin`; everything else is left to `next`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** What the log and the price list know, for others who show it. */
  readonly insight: { readonly log: LogReader; readonly pricing: () => Promise<Pricing> };
  /** Begins a session of the page for whoever has signed in elsewhere; throws not_permitted. */
  readonly openSession: Access['open'];
  /** Ends the event streams: a gateway that stops does not wait for those who listen. */
  closeStreams(): void;
  /** Settles when nothing of the log's index is written any more. */
  close(): Promise<void>;
}

/** What this room answers: the dashboard, its API, what callers ask of themselves, and how clients are configured. @param url path and query */
export const isAnsweredHere = (url: string): boolean =>
  isAdminPath(url) || isCallerPath(url) || isBundlePath(url);

const isAdminPath = (url: string): boolean => /^\/admin(?:[/?]|$)/.test(url);

/** Where GoModel has what is below `API_BASE` here, and how it calls that. */
const GOMODEL_PATH = /^\/admin\/(auth-keys|budgets|rate-limits|usage|audit)(?=\/|$)/;
const GOMODEL_NAMES: Readonly<Record<string, string>> = { 'auth-keys': 'keys', 'rate-limits': 'limits' };

const ownPath = (path: string): string =>
  path.replace(GOMODEL_PATH, (_, name: string) => `${API_BASE}${GOMODEL_NAMES[name] ?? name}`);

const FIRST_PAGE = `${PAGE_BASE}audit`;
const ENTRY = `${PAGE_BASE}enter`;

/** Before the first request, only the files of the index are looked after. */
export const createAdmin = (deps: AdminDeps): Admin => {
  const { config, recorder, log, clock, upstreams, budgets } = deps;
  const { dataDir } = config;
  const now = (): number => clock.now();
  const pricing = createPricing(dataDir, upstreams);
  const access = createAccess({
    checkKey: deps.checkKey,
    ring: deps.ring,
    isGuarded: deps.isGuarded,
    now: () => clock.monotonic(),
    wallNow: now,
    dataDir,
    canSignIn: config.signIn !== undefined,
  });
  const again = createSendAgain({
    ...{ recorder, tickets: deps.tickets, version: deps.version },
    baseUrl: deps.url,
  });
  const tellLoss = createTellLosses(recorder);
  const feeds = new Set<Feed>();
  let prices: Pricing | undefined;
  const shared = {
    config,
    clock,
    upstreams,
    version: deps.version,
    askOverWebSocket: deps.askOverWebSocket,
    startedAt: new Date(now()).toISOString(),
    inspect: () => ({
      codexHome: deps.codexHome,
      dataDir,
      url: deps.url(),
      isGuarded: deps.isGuarded(),
    }),
    pricing,
    now,
    access,
    again,
    baseUrl: deps.url,
    budgets,
    events: deps.events,
    dataDir,
    store: deps.keyStore,
    nameOfKey: (id: string) => deps.ring.find(id)?.name,
    adminLog: deps.adminLog,
    signIns: deps.signIns,
    keyUse: createKeyUse((listener) => recorder.subscribe(listener)),
  };
  /** All routes over a part of the log, or the whole of it, and over what happens there. */
  const routesOver = (part: LogReader, watch: ExchangeWatch): readonly Route[] => {
    let feed: Feed | undefined;
    return createRoutes({
      ...shared,
      log: part,
      recorder: watch,
      findTitle: createFindTitle(part),
      findPrompt: createFindPrompt(part),
      findWork: createFindWork(part),
      searchBodies: createSearchBodies({ log: part, now: () => clock.monotonic() }),
      feed: async () => {
        prices = await pricing();
        feed ??= createFeed({
          recorder: watch,
          now,
          price: (record) => (prices ? tellLoss(prices, record, priceEntry(prices, record)) : record),
        });
        feeds.add(feed);
        return feed;
      },
    });
  };
  const routesFor = createScopes({
    whole: () => routesOver(log, recorder),
    part: (viewer) => routesOver(scopeLog(log, viewer), scopeWatch(recorder, viewer)),
  });
  const dispatch = createDispatch(routesFor, access);
  const answerCaller = createCallerApi({ log, pricing, now, budgets, checkKey: deps.checkKey });
  const serveBundle = createServeBundle({
    ...{ config, checkKey: deps.checkKey, ring: deps.ring, secret: deps.sealingSecret },
    noteServed: createNoteServed({ adminLog: deps.adminLog, now }),
  });
  const servePage = createServePage(deps.pageFolder ?? PAGE_FOLDER);

  const warmUp = (): void => {
    for (const ready of [log.page({}, { limit: 0 }), pricing()]) ready.catch(() => {});
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const asked = ownPath(pathname);
    if (asked.startsWith(API_BASE)) {
      response.setHeader('cache-control', 'no-store');
      await dispatch(asked.slice(API_BASE.length), searchParams, request, response);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new GatewayError('method_not_allowed', `${request.method} is not answered here.`, {
        headers: { allow: 'GET, HEAD' },
      });
    } else if (pathname === ENTRY) {
      enterPage(access, searchParams, request, response);
    } else if (pathname.startsWith(PAGE_BASE) && pathname !== PAGE_BASE) {
      // What the page will ask for is made ready while the browser still loads it.
      if (!/\.\w+$/.test(pathname)) warmUp();
      await servePage(pathname, request, response);
    } else {
      response.writeHead(302, { location: FIRST_PAGE, 'cache-control': 'no-store' });
      response.end();
    }
  };

  return {
    handle: (request, response, next) => {
      const { url = '' } = request;
      if (isCallerPath(url) || isBundlePath(url)) {
        const own = isBundlePath(url) ? serveBundle : answerCaller;
        own(request, response).catch((error: unknown) => refuse(response, error, now()));
        return;
      }
      if (!isAdminPath(url)) {
        next();
        return;
      }
      setPageHeaders(request, response);
      answer(request, response).catch((error: unknown) => refuse(response, error, now()));
    },
    insight: { log, pricing },
    openSession: access.open,
    closeStreams: () => {
      for (const feed of feeds) feed.close();
      again.close();
    },
    close: () => {
      access.close();
      return log.close();
    },
  };
};
