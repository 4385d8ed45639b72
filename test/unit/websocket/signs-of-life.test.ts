import { describe, expect, it } from 'vitest';
import { createStreamReader } from '../../../src/websocket/bridge/read-stream.ts';
import { createSignsOfLife } from '../../../src/websocket/bridge/signs-of-life.ts';

describe('K9: comments of an upstream that is bridged to a WebSocket', () => {
  it('are heard between events, and are no frames themselves', () => {
    const frames: string[] = [];
    let comments = 0;
    const reader = createStreamReader(
      (frame) => frames.push(String(frame)),
      () => comments++,
    );
    reader.push(
      Buffer.from(': PROCESSING\n\n: PROCESSING\n\ndata: {"type":"response.created","response":{}}\n\n'),
    );
    expect([comments, frames]).toEqual([2, ['{"type":"response.created","response":{}}']]);
  });

  it('become a frame after two seconds without one, no more often, and not for ever', () => {
    let now = 0;
    const life = createSignsOfLife({ monotonic: () => now });
    const wantedAt = (at: number): boolean => {
      now = at;
      return life.isWanted();
    };
    expect([wantedAt(1_000), wantedAt(2_000), wantedAt(3_000), wantedAt(4_000)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    life.note();
    expect([wantedAt(5_000), wantedAt(6_000)]).toEqual([false, true]);
    expect(wantedAt(4_000 + 20 * 60_000)).toBe(false);
    life.note();
    expect(wantedAt(now + 2_000)).toBe(true);
  });
});
