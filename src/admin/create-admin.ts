import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { CheckKey } from '../guard/check-key.ts';
import type { KeyRing } from '../guard/keys/key-ring.ts';
import type { ExchangeWatch, LogReader } from '../log/port.ts';
import type { Ask } from '../probe/probe.ts';
import type { Upstream } from '../providers/upstream.ts';
import { createAccess } from './access/create-access.ts';
import { createFindTitle } from './answers/session-title.ts';
import { API_BASE, createDispatch, refuse } from './api/dispatch.ts';
import { createRoutes } from './api/routes.ts';
import type { KeptBudgets } from './budgets/budget-routes.ts';
import { createPricing, type Pricing, priceEntry } from './cost/create-pricing.ts';
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
  readonly clock: Clock;
  readonly checkKey: CheckKey;
  readonly ring: KeyRing;
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
  /** Ends the event streams: a gateway that stops does not wait for those who listen. */
  closeStreams(): void;
  /** Settles when nothing of the log's index is written any more. */
  close(): Promise<void>;
}

/** @param url path and query */
export const isAdminPath = (url: string): boolean => /^\/admin(?:[/?]|$)/.test(url);

const FIRST_PAGE = `${PAGE_BASE}audit`;

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
  });
  let feed: Feed | undefined;
  let prices: Pricing | undefined;
  const connectFeed = async (): Promise<Feed> => {
    prices = await pricing();
    feed ??= createFeed({ recorder, now, price: (record) => (prices ? priceEntry(prices, record) : record) });
    return feed;
  };
  const routes = createRoutes({
    config,
    recorder,
    clock,
    upstreams,
    version: deps.version,
    askOverWebSocket: deps.askOverWebSocket,
    startedAt: new Date(now()).toISOString(),
    findTitle: createFindTitle(log),
    searchBodies: createSearchBodies({ log, now: () => clock.monotonic() }),
    inspect: () => ({
      codexHome: deps.codexHome,
      dataDir,
      url: deps.url(),
      isGuarded: deps.isGuarded(),
    }),
    log,
    pricing,
    now,
    access,
    baseUrl: deps.url,
    feed: connectFeed,
    budgets,
    dataDir,
  });
  const dispatch = createDispatch(routes, access);
  const servePage = createServePage(deps.pageFolder ?? PAGE_FOLDER);

  const warmUp = (): void => {
    for (const ready of [log.page({}, { limit: 0 }), pricing()]) ready.catch(() => {});
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith(API_BASE)) {
      response.setHeader('cache-control', 'no-store');
      await dispatch(pathname.slice(API_BASE.length), searchParams, request, response);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new GatewayError('method_not_allowed', `${request.method} is not answered here.`, {
        headers: { allow: 'GET, HEAD' },
      });
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
      if (!isAdminPath(request.url ?? '')) {
        next();
        return;
      }
      setPageHeaders(request, response);
      answer(request, response).catch((error: unknown) => refuse(response, error, now()));
    },
    insight: { log, pricing },
    closeStreams: () => {
      feed?.close();
    },
    close: () => {
      access.close();
      return log.close();
    },
  };
};
