import { describe, expect, it } from 'vitest';
import { createRefusingUpstreams } from '../../../src/websocket/refusing-upstreams.ts';

type Asked = Parameters<ReturnType<typeof createRefusingUpstreams>['has']>[0];

const askedOf = (address: string, headers: Asked['headers'] = {}, isClients = false): Asked => {
  const upstream = {
    baseUrl: new URL(address),
    credential: isClients
      ? { kind: 'client' }
      : { kind: 'header', name: 'authorization', value: 'Bearer key' },
  };
  return { upstream: upstream as Asked['upstream'], headers };
};

const MINUTE_MS = 60_000;

describe('an upstream that refuses WebSocket', () => {
  const asked = askedOf('http://upstream.example/v1');
  const other = askedOf('http://other.example/v1');

  it.each([
    [426, 10 * MINUTE_MS],
    [404, 10 * MINUTE_MS],
    [405, 10 * MINUTE_MS],
    [501, 10 * MINUTE_MS],
    [200, 10 * MINUTE_MS],
    [undefined, MINUTE_MS],
  ])('with status %s is asked again after %i ms, and another one at once', (status, rememberedMs) => {
    let nowMs = 5;
    const refusing = createRefusingUpstreams({ now: () => 0, monotonic: () => nowMs });
    expect(refusing.has(asked)).toBe(false);
    refusing.add(asked, status);
    expect(refusing.has(askedOf('http://upstream.example/v1'))).toBe(true);
    expect(refusing.has(other)).toBe(false);
    nowMs += rememberedMs - 1;
    expect(refusing.has(asked)).toBe(true);
    nowMs += 1;
    expect(refusing.has(asked)).toBe(false);
  });

  it.each([400, 401, 402, 403, 408, 409, 429, 500, 502, 503, 504])(
    'with status %i, which says nothing of WebSocket, is asked again at once',
    (status) => {
      const refusing = createRefusingUpstreams({ now: () => 0, monotonic: () => 0 });
      refusing.add(asked, status);
      expect(refusing.has(asked)).toBe(false);
    },
  );

  it('N2: is remembered for the account that it refused, and for no other one', () => {
    const refusing = createRefusingUpstreams({ now: () => 0, monotonic: () => 0 });
    const as = (headers: Asked['headers']) => askedOf('http://upstream.example/v1', headers, true);
    refusing.add(as({ authorization: 'Bearer old', 'chatgpt-account-id': 'one' }), 404);
    expect(refusing.has(as({ authorization: 'Bearer new', 'chatgpt-account-id': 'one' }))).toBe(true);
    expect(refusing.has(as({ authorization: 'Bearer old', 'chatgpt-account-id': 'two' }))).toBe(false);
    expect(refusing.has(as({ authorization: 'Bearer old' }))).toBe(false);
    expect(refusing.has(asked)).toBe(false);
  });

  it('forgets the oldest of very many', () => {
    const refusing = createRefusingUpstreams({ now: () => 0, monotonic: () => 0 });
    const as = (account: number) =>
      askedOf('http://upstream.example/v1', { authorization: `Bearer ${account}` }, true);
    for (let account = 0; account <= 1000; account++) refusing.add(as(account), 404);
    expect(refusing.has(as(0))).toBe(false);
    expect(refusing.has(as(1))).toBe(true);
    expect(refusing.has(as(1000))).toBe(true);
  });
});
