import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

/** A client in a process of its own, which answers pings while this one does nothing. It prints each. */
const CLIENT = `
const WebSocket = require('ws');
const ws = new WebSocket(process.argv[1], { headers: JSON.parse(process.argv[2]) });
for (const event of ['open', 'ping', 'close', 'error']) ws.on(event, () => console.log(event));
`;
const HEARTBEAT_MS = 300;

it('a gateway that was paused reads the pongs that came meanwhile before it gives a client up', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    env: { WEBSOCKETS: 'bridge' },
    timeouts: { heartbeatMs: HEARTBEAT_MS },
  });
  const sendPing = WebSocket.prototype.ping;
  let pauses = 0;
  const spy = vi.spyOn(WebSocket.prototype, 'ping').mockImplementation(function ping(this: WebSocket) {
    sendPing.call(this);
    // As a machine that goes to sleep with its pings under way, and wakes when the next ones are due.
    if (pauses++ === 0) {
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * HEARTBEAT_MS));
    }
  });
  onTestFinished(() => spy.mockRestore());
  const url = `${gateway.v1.replace('http', 'ws')}/responses`;
  const child = spawn(process.execPath, ['-e', CLIENT, url, '{}'], {
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  await vi.waitUntil(() => printed.split('ping').length > 3 || /close|error/.test(printed), 20_000);
  expect(printed).not.toMatch(/close|error/);
  child.kill();
  await once(child, 'exit');
});
