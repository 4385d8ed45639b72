import { describe, expect, it } from 'vitest';
import { createRefusingUpstreams } from '../../../src/websocket/refusing-upstreams.ts';

describe('an upstream that refuses WebSocket', () => {
  const address = new URL('http://upstream.example/v1');
  const other = new URL('http://other.example/v1');

  it.each([
    [426, 10 * 60_000],
    [404, 10 * 60_000],
    [429, 60_000],
    [503, 60_000],
    [undefined, 60_000],
  ])('with status %s is asked again after %i ms, and another one at once', (status, rememberedMs) => {
    let nowMs = 5;
    const refusing = createRefusingUpstreams({ now: () => 0, monotonic: () => nowMs });
    expect(refusing.has(address)).toBe(false);
    refusing.add(address, status);
    expect(refusing.has(new URL(address.href))).toBe(true);
    expect(refusing.has(other)).toBe(false);
    nowMs += rememberedMs - 1;
    expect(refusing.has(address)).toBe(true);
    nowMs += 1;
    expect(refusing.has(address)).toBe(false);
  });
});
