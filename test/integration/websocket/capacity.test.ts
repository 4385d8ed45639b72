import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';

/** An upstream that agrees to WebSocket connections after a while, and counts what is asked of it. */
const startSlowUpstream = async (delayMs: number) => {
  const counted = { open: 0, peak: 0, all: 0 };
  const accept = new WebSocketServer({ noServer: true });
  const server: Server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) => {
    counted.all++;
    counted.open++;
    counted.peak = Math.max(counted.peak, counted.open);
    socket.once('close', () => counted.open--);
    setTimeout(() => accept.handleUpgrade(request, socket, head, () => {}), delayMs);
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of accept.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, counted };
};

/** @returns how many of the upgrades, all begun at once, were let in */
const knock = async (v1: string, count: number) => {
  const outcomes = await Promise.all(
    Array.from({ length: count }, async () => {
      const ws = new WebSocket(`${v1.replace(/^http/, 'ws')}/responses`);
      onTestFinished(() => ws.terminate());
      ws.on('error', () => {});
      return Promise.race([
        once(ws, 'open').then(() => 'open'),
        once(ws, 'unexpected-response').then(([, response]) => String(response.statusCode)),
      ]).catch(() => 'failed');
    }),
  );
  return {
    open: outcomes.filter((outcome) => outcome === 'open').length,
    refused: outcomes.filter((outcome) => outcome === '503').length,
  };
};

it('M6: upgrades on their way count: of 300 at once ten are let in, and the upstream sees ten', async () => {
  const upstream = await startSlowUpstream(300);
  const gateway = await composeGateway(upstream.url, { env: { MAX_OPEN_EXCHANGES: '10' } });
  expect(await knock(gateway.v1, 300)).toEqual({ open: 10, refused: 290 });
  expect(upstream.counted).toMatchObject({ peak: 10, all: 10 });
});

it('M6: an upgrade whose client leaves, or whose upstream refuses, counts no longer', async () => {
  const upstream = await startSlowUpstream(150);
  const gateway = await composeGateway(upstream.url, { env: { MAX_OPEN_EXCHANGES: '2' } });
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 2; index++) {
      const ws = new WebSocket(`${gateway.v1.replace(/^http/, 'ws')}/responses`);
      ws.on('error', () => {});
      await new Promise((resolve) => setTimeout(resolve, 30));
      ws.terminate();
    }
    await expect.poll(() => upstream.counted.open, { timeout: 5_000 }).toBe(0);
  }
  await expect.poll(async () => (await knock(gateway.v1, 2)).open, { timeout: 10_000 }).toBe(2);
});

it('S7: four workers with a limit of 40 have at most 40 of 60 connections open', async () => {
  const upstream = await startSlowUpstream(300);
  const gateway = await startWorkersGateway(4, {
    upstreamUrl: upstream.url,
    env: { MAX_OPEN_EXCHANGES: '40' },
  });
  const { open, refused } = await knock(gateway.url, 60);
  expect(open + refused).toBe(60);
  expect(open).toBeLessThanOrEqual(40);
  // Shares move between workers while connections come: what is refused too early is a few at most.
  expect(open).toBeGreaterThanOrEqual(30);
  expect(upstream.counted.peak).toBeLessThanOrEqual(40);
});
