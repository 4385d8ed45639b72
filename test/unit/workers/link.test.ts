import { expect, it } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { type Channel, createLink } from '../../../src/server/workers/link.ts';

type Doubling = { readonly double: { readonly input: number; readonly output: number } };

/** Two ends of one pipe. */
const createPipe = () => {
  const ends = [0, 1].map(() => ({
    messages: new Set<(message: unknown) => void>(),
    over: new Set<() => void>(),
  }));
  const channelAt = (own: number): Channel => ({
    send: (message) => {
      const copy = structuredClone(message);
      setImmediate(() => {
        for (const listener of ends[1 - own]?.messages ?? []) listener(copy);
      });
    },
    onMessage: (listener) => void ends[own]?.messages.add(listener),
    onEnd: (listener) => void ends[own]?.over.add(listener),
  });
  const cut = (): void => {
    for (const { over } of ends) for (const listener of over) listener();
  };
  return { one: channelAt(0), other: channelAt(1), cut };
};

it('gives each question its own answer, whatever the order in which they come', async () => {
  const { one, other } = createPipe();
  const released: Array<() => void> = [];
  createLink<Doubling, Doubling>(other, {
    double: (input) =>
      new Promise((resolve) => {
        released.unshift(() => resolve(input * 2));
        if (released.length === 3) for (const release of released) release();
      }),
  });
  const link = createLink<Doubling, Doubling>(one, { double: async (input) => input });
  expect(await Promise.all([1, 2, 3].map((input) => link.call('double', input)))).toEqual([2, 4, 6]);
});

it('throws what the other side threw, by its code', async () => {
  const { one, other } = createPipe();
  createLink<Doubling, Doubling>(other, {
    double: async () => {
      throw new GatewayError('port_in_use', 'Port 1 is in use.');
    },
  });
  const link = createLink<Doubling, Doubling>(one, { double: async (input) => input });
  await expect(link.call('double', 1)).rejects.toMatchObject({
    code: 'port_in_use',
    exitCode: 3,
    message: 'Port 1 is in use.',
  });
});

it('leaves nobody waiting for a process that has ended', async () => {
  const { one, other, cut } = createPipe();
  createLink<Doubling, Doubling>(other, { double: () => new Promise(() => {}) });
  const link = createLink<Doubling, Doubling>(one, { double: async (input) => input });
  const asked = link.call('double', 1);
  cut();
  await expect(asked).rejects.toMatchObject({ code: 'internal_error' });
  await expect(link.call('double', 2)).rejects.toMatchObject({ code: 'internal_error' });
});
