import { createServer } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../../src/server/listening/listen.ts';

/** A server whose system does not let it have its port. */
const denied = () => {
  const server = createServer();
  vi.spyOn(server, 'listen').mockImplementation(() => {
    process.nextTick(() => server.emit('error', Object.assign(new Error('denied'), { code: 'EACCES' })));
    return server;
  });
  return server;
};

it.each([
  ['win32', 8080, /Windows keeps this port for itself.*excludedportrange.*--port/],
  ['linux', 8080, /This system does not let you have it: choose another with --port/],
  ['linux', 80, /Ports below 1024 need more rights/],
] as const)('on %s, what keeps port %d is said', async (platform, port, expected) => {
  const system = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
  Object.defineProperty(process, 'platform', { ...system, value: platform });
  onTestFinished(() => void Object.defineProperty(process, 'platform', system));
  await expect(listen({ createServer: denied, host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringMatching(expected),
  });
});
