import { once } from 'node:events';
import { Agent, createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createStopwatch } from '../../../src/base/time/stopwatch.ts';
import { createForwarder } from '../../../src/forward/send/create-forwarder.ts';
import { openExchange } from '../../support/log/record-exchange.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();

const listen = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const post = async (port: number, path: string): Promise<number | undefined> => {
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }).end('{}');
  const [answer] = await once(sent, 'response');
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
};

it('asks nothing of the upstream for a client that leaves before its request is handed on', async () => {
  const asked: (string | undefined)[] = [];
  const upstreamPort = await listen((incoming, response) => {
    asked.push(incoming.url);
    incoming.resume();
    response.end('{}');
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const recorder = await log.startRecorder();
  const { forward } = createForwarder({
    upstream: {
      name: 'local',
      baseUrl: new URL(`http://127.0.0.1:${upstreamPort}`),
      credential: { kind: 'none' },
      keyVariable: 'KEY',
      native: ['responses'],
      headers: {},
    },
    clock: systemClock,
    agent,
    connectTimeoutMs: 1000,
    via: '1.1 test',
  });
  const port = await listen((incoming, response) => {
    incoming.resume().once('end', () => {
      const { url: path = '/' } = incoming;
      const forwarding = {
        exchange: openExchange(recorder),
        body: { kind: 'buffered', bytes: Buffer.from('{}') },
        path,
        sentPath: path,
        stopwatch: createStopwatch(systemClock),
        passage: undefined,
      } as const;
      forward(incoming, response, forwarding, () => {});
      if (path !== '/left') return;
      response.emit('close');
      // The rest of the test only needs to know that this turn is over.
      setImmediate(() => response.writeHead(499).end());
    });
  });

  expect(await post(port, '/left')).toBe(499);
  expect(await post(port, '/stays')).toBe(200);
  expect(asked).toEqual(['/stays']);
});
