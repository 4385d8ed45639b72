import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listenToStream, type Told } from '../../support/admin/listen-to-stream.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';

const isOf =
  (type: string, id: string) =>
  ({ event }: Told): boolean =>
    event.type === type && 'record' in event && event.record.id === id;

it('tells of an exchange as it opens, runs and closes, and of those that run already', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const running = openExchange(recorder);
  const stream = await listenToStream(port);
  const hello = await stream.until(({ event }) => event.type === 'hello');
  expect(hello.event).toMatchObject({ resumed: false, running: [{ id: running.id }] });
  const exchange = openExchange(recorder);
  await stream.until(isOf('open', exchange.id));
  for (let count = 0; count < 500; count++) {
    exchange.record.response.events = count;
    exchange.update();
  }
  const update = await stream.until(isOf('update', exchange.id));
  expect(update.event).toMatchObject({ record: { response: { events: 499 } } });
  closeExchange(exchange, { record: { model: 'gpt-5.5', provider: 'openai', usage: { inputTokens: 1e6 } } });
  const closed = await stream.until(isOf('close', exchange.id));
  expect(closed.event).toMatchObject({ record: { billing: 'metered', costUsd: expect.any(Number) } });
  expect(stream.told.filter(isOf('update', exchange.id)).length, '500 updates at once are one').toBe(1);
  stream.leave();
});

it('tells what a request lost from the cache and what that cost, also of a thread that began before anybody listened', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const ask = (inputTokens: number, cachedInputTokens: number) =>
    recordExchange(recorder, {
      rawHeaders: ['session-id', 'session-1', 'thread-id', 'thread-1'],
      record: { model: 'gpt-5', provider: 'openai', usage: { inputTokens, cachedInputTokens } },
    });
  ask(40_000, 0);
  const stream = await listenToStream(port);
  await stream.until(({ event }) => event.type === 'hello');
  const kept = await stream.until(isOf('close', ask(41_000, 39_936).id));
  expect(kept.event).not.toHaveProperty('record.lostCache');
  const lost = await stream.until(isOf('close', ask(42_000, 1_000).id));
  // $1.25 for a million tokens, $0.125 from the cache.
  expect(lost.event).toMatchObject({
    record: { lostCache: { tokens: 40_000, usd: expect.closeTo(0.045) } },
  });
  stream.leave();
});

it('tells of those that come and go at once by their end alone, be they few or many', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const stream = await listenToStream(port);
  await stream.until(({ event }) => event.type === 'hello');
  for (const count of [1, 100, 1]) {
    const exchanges = Array.from({ length: count }, () => recordExchange(recorder));
    const last = exchanges.at(-1)?.id ?? '';
    await stream.until(isOf('close', last));
    const told = stream.told.flatMap(({ event }) =>
      'record' in event ? [[event.type, event.record.id]] : [],
    );
    expect(told.slice(-count)).toEqual(exchanges.map(({ id }) => ['close', id]));
  }
  expect(stream.told.some(({ event }) => event.type === 'open')).toBe(false);
  stream.leave();
});

it('tells who comes back what happened meanwhile, each event once', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const first = await listenToStream(port);
  const before = recordExchange(recorder);
  const { id } = await first.until(isOf('close', before.id));
  first.leave();
  const missed = [recordExchange(recorder), recordExchange(recorder)];
  const second = await listenToStream(port, id);
  await second.until(isOf('close', missed[1]?.id ?? ''));
  expect(second.told[0]?.event).toMatchObject({ type: 'hello', resumed: true });
  const closes = second.told.flatMap(({ event }) => (event.type === 'close' ? [event.record.id] : []));
  expect(closes).toEqual(missed.map((exchange) => exchange.id));
  second.leave();
  const stranger = await listenToStream(port, 'another-run-7');
  const hello = await stranger.until(({ event }) => event.type === 'hello');
  expect(hello.event).toMatchObject({ resumed: false });
  stranger.leave();
});

it('drops a reader that does not read, and goes on', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const socket = connect({ port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.write(`GET /admin/api/v1/audit/stream HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  const reader = await listenToStream(port);
  // As long as a record may be.
  const toolCalls = Array.from({ length: 500 }, () => 'x'.repeat(200));
  let isGone = false;
  void closed.then(() => {
    isGone = true;
  });
  while (!isGone) {
    const exchange = recordExchange(recorder, {
      record: { auth: 'none', response: { finish: 'completed', toolCalls } },
    });
    await reader.until(isOf('close', exchange.id));
    // A paused socket sees the reset only when it reads; what the kernel holds is little.
    if (reader.told.length > 150) socket.resume();
  }
  reader.leave();
}, 60_000);
