import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAddressWatch } from '../../../src/forward/send/watch-addresses.ts';
import { giveAddressBack, loseAddress, ownOuterAddress } from '../../support/places/change-network.ts';

const outer = ownOuterAddress();
const LOOK_EVERY_MS = 50;

const connectOver = async (address: string): Promise<Socket> => {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, address);
  await once(socket, 'connect');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return socket;
};

describe.runIf(outer !== undefined)('a connection in use whose address goes', () => {
  it('lives on where the address comes back in time, but takes no new request', async () => {
    const socket = await connectOver(outer ?? '');
    const watch = createAddressWatch('provider.test', LOOK_EVERY_MS);
    watch.watch(socket);
    loseAddress(outer ?? '');
    await vi.waitUntil(() => watch.hasMissed(socket), { timeout: 20_000, interval: 5 });
    giveAddressBack();
    // As many looks as would have ended it.
    await new Promise((resolve) => setTimeout(resolve, 10 * LOOK_EVERY_MS));
    expect(socket.destroyed).toBe(false);
    expect(watch.hasMissed(socket)).toBe(true);
  });

  it('ends with the reason where it does not', async () => {
    const socket = await connectOver(outer ?? '');
    const watch = createAddressWatch('provider.test', LOOK_EVERY_MS);
    watch.watch(socket);
    loseAddress(outer ?? '');
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringMatching(/network of this machine has changed.*provider\.test/),
    });
  });

  it('is not looked at where it leads to this machine itself', async () => {
    const socket = await connectOver('127.0.0.1');
    const watch = createAddressWatch('localhost', LOOK_EVERY_MS);
    watch.watch(socket);
    loseAddress('127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 10 * LOOK_EVERY_MS));
    expect([socket.destroyed, watch.hasMissed(socket)]).toEqual([false, false]);
  });
});
