import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/admin/api-types.ts';
import { askAdmin } from '../../support/admin/ask-admin.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/audit/record-exchange.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

interface Told {
  readonly id: string;
  readonly event: StreamEvent;
}

const listen = async (port: number, lastEventId?: string) => {
  const leave = new AbortController();
  const response = await askAdmin(port, 'audit/stream', {
    signal: leave.signal,
    ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const told: Told[] = [];
  let text = '';
  return {
    told,
    /** Reads on until an event fulfils the condition. */
    until: async (holds: (one: Told) => boolean): Promise<Told> => {
      for (;;) {
        const found = told.find(holds);
        if (found) return found;
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error('the stream ended');
        text += value;
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) {
          const [id = '', data = ''] = frame.split('\n');
          told.push({ id: id.slice('id: '.length), event: JSON.parse(data.slice('data: '.length)) });
        }
      }
    },
    leave: () => leave.abort(),
  };
};

const isOf =
  (type: string, id: string) =>
  ({ event }: Told): boolean =>
    event.type === type && 'record' in event && event.record.id === id;

it('tells of an exchange as it opens, runs and closes, and of those that run already', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const running = openExchange(recorder);
  const stream = await listen(port);
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

it('tells who comes back what happened meanwhile, each event once', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const first = await listen(port);
  const before = recordExchange(recorder);
  const { id } = await first.until(isOf('close', before.id));
  first.leave();
  const missed = [recordExchange(recorder), recordExchange(recorder)];
  const second = await listen(port, id);
  await second.until(isOf('close', missed[1]?.id ?? ''));
  expect(second.told[0]?.event).toMatchObject({ type: 'hello', resumed: true });
  const closes = second.told.flatMap(({ event }) => (event.type === 'close' ? [event.record.id] : []));
  expect(closes).toEqual(missed.map((exchange) => exchange.id));
  second.leave();
  const stranger = await listen(port, 'another-run-7');
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
  const reader = await listen(port);
  const filler = 'x'.repeat(50_000);
  let isGone = false;
  void closed.then(() => {
    isGone = true;
  });
  while (!isGone) {
    const exchange = recordExchange(recorder, {
      record: { error: { origin: 'client', code: 'filler', message: filler } },
    });
    await reader.until(isOf('close', exchange.id));
    // A paused socket sees the reset only when it reads; what the kernel holds is little.
    if (reader.told.length > 150) socket.resume();
  }
  reader.leave();
}, 60_000);
