import { createId } from '../../../src/base/ids.ts';
import type { FixtureServer } from './fixture-server.ts';
import { generateSession } from './generate-session.ts';
import type { Random } from './random.ts';
import { SCENARIOS } from './scenarios.ts';

const TICK_MS = 250;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Plays a session as it would happen: each request opens, counts its events, and closes.
 * @param speed how much faster than life
 */
export const playSession = async (server: FixtureServer, random: Random, speed = 1): Promise<void> => {
  const planned = generateSession({ random, scenario: random.pick(SCENARIOS), startedAtMs: Date.now() });
  let shiftMs = 0;
  for (const exchange of planned) {
    const {
      durationMs = 1000,
      ttfbMs,
      response,
      usage: _usage,
      costUsd: _cost,
      listPriceUsd: _price,
      error: _error,
      status,
      ...opened
    } = exchange.entry;
    shiftMs = Date.now() - Date.parse(opened.startedAt);
    const final = exchange.entry;
    const running = {
      ...opened,
      id: createId('req', Date.now()),
      startedAt: new Date(Date.parse(opened.startedAt) + shiftMs).toISOString(),
      response: {},
    };
    exchange.entry = running;
    server.state.exchanges.push(exchange);
    server.state.feed.send({ type: 'open', record: running });
    const startedMs = performance.now();
    while ((performance.now() - startedMs) * speed < durationMs) {
      await sleep(TICK_MS);
      const passedMs = (performance.now() - startedMs) * speed;
      if (ttfbMs === undefined || passedMs < ttfbMs) continue;
      const share = Math.min(1, passedMs / durationMs);
      exchange.entry = {
        ...running,
        ttfbMs,
        ...(status === undefined ? {} : { status }),
        response: {
          events: Math.round((response.events ?? 0) * share),
          bytes: Math.round((response.bytes ?? 0) * share),
        },
      };
      server.state.feed.send({ type: 'update', record: exchange.entry });
    }
    exchange.entry = { ...final, id: running.id, startedAt: running.startedAt };
    server.state.feed.send({ type: 'close', record: exchange.entry });
    await sleep(random.between(200, 2500) / speed);
  }
};
