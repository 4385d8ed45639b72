import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API, answerApi, type FixtureState } from './answer-api.ts';
import type { FixtureExchange } from './fixture-exchange.ts';
import { createFixtureFeed } from './fixture-feed.ts';
import { createFixtureLogin } from './fixture-login.ts';
import { generateJournal } from './generate-journal.ts';
import { BASE, servePage } from './serve-page.ts';

export interface FixtureServer {
  /** Such as `http://127.0.0.1:40123`, without a slash at its end. */
  readonly url: string;
  readonly state: FixtureState;
  /** Puts an exchange into the log and tells the page: `open`, and `close` where it has ended. */
  add(exchange: FixtureExchange): void;
  close(): Promise<void>;
}

export interface FixtureServerOptions {
  /** Folder of the built page. */
  folder: string;
  masterKey?: string;
  /** The journal, oldest first. Default: a generated one. */
  exchanges?: FixtureExchange[];
  port?: number;
}

/** A stand-in for the gateway's admin side, with a journal made up. */
export const startFixtureServer = async (options: FixtureServerOptions): Promise<FixtureServer> => {
  const startedAtMs = Date.now();
  const state: FixtureState = {
    exchanges: options.exchanges ?? generateJournal({ nowMs: startedAtMs }),
    feed: createFixtureFeed(),
    login: createFixtureLogin(options.masterKey),
    startedAtMs,
    connected: false,
    role: 'admin',
    broken: false,
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith(API)) void answerApi(state, url, request, response);
    else if (url.pathname.startsWith(BASE)) void servePage(options.folder, url.pathname, response);
    else response.writeHead(302, { location: `${BASE}audit` }).end();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    add: (exchange) => {
      state.exchanges.push(exchange);
      const { durationMs, ...opened } = exchange.entry;
      state.feed.send({ type: 'open', record: opened });
      if (durationMs !== undefined) state.feed.send({ type: 'close', record: exchange.entry });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
