import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../../../src/websocket/lanes.ts';

describe('the lanes of a connection', () => {
  it('run one after another within a lane, and beside each other between lanes', () => {
    const lanes = createLanes<string>();
    expect(lanes.add(undefined, 'a1')).toEqual(['a1']);
    expect(lanes.add(undefined, 'a2')).toEqual([]);
    expect(lanes.add('b', 'b1')).toEqual(['b1']);
    expect(lanes.add('b', 'b2')).toEqual([]);
    expect(lanes.finish('b')).toEqual(['b2']);
    expect(lanes.finish(undefined)).toEqual(['a2']);
    expect(lanes.finish('b')).toEqual([]);
    expect(lanes.isIdle()).toBe(false);
    expect(lanes.finish(undefined)).toEqual([]);
    expect(lanes.isIdle()).toBe(true);
  });

  it('run no more than 16 at a time, and start what waits in its order', () => {
    const lanes = createLanes<number>();
    const started = Array.from({ length: 20 }, (_, index) => lanes.add(`lane-${index}`, index)).flat();
    expect(started).toEqual(Array.from({ length: 16 }, (_, index) => index));
    expect(lanes.finish('lane-3')).toEqual([16]);
    expect(lanes.finish('lane-0')).toEqual([17]);
  });

  it('have at most 32 names in the life of a connection, beside the unnamed one', () => {
    const lanes = createLanes<number>();
    for (let index = 0; index < 32; index++) {
      lanes.add(`lane-${index}`, index);
      lanes.finish(`lane-${index}`);
    }
    expect(() => lanes.add('lane-32', 32)).toThrow(
      expect.objectContaining({ code: 'websocket_stream_limit_reached', param: 'stream_id' }),
    );
    expect(lanes.add('lane-31', 33)).toEqual([33]);
    expect(lanes.add(undefined, 34)).toEqual([34]);
  });

  it('let 64 wait and refuse the next, which then is not there', () => {
    const lanes = createLanes<number>();
    for (let index = 0; index <= 64; index++) lanes.add(undefined, index);
    expect(() => lanes.add(undefined, 65)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(lanes.abandon()).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
    expect(lanes.finish(undefined)).toEqual([]);
    expect(lanes.isIdle()).toBe(true);
  });

  it('start everything once, each lane in its order, whatever comes and ends when', () => {
    const names = [undefined, 'a', 'b', 'c'] as const;
    const step = fc.record({ lane: fc.constantFrom(...names), isEnd: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lanes = createLanes<{ lane: string | undefined; index: number }>();
      const running = new Map<string | undefined, number>();
      const lastOf = new Map<string | undefined, number>();
      const begin = (works: { lane: string | undefined; index: number }[]): void => {
        for (const { lane, index } of works) {
          expect(running.has(lane)).toBe(false);
          expect(index).toBeGreaterThan(lastOf.get(lane) ?? -1);
          running.set(lane, index);
          lastOf.set(lane, index);
        }
      };
      let added = 0;
      for (const { lane, isEnd } of steps) {
        if (!isEnd) begin(lanes.add(lane, { lane, index: added++ }));
        else if (running.delete(lane)) begin(lanes.finish(lane));
      }
      while (running.size > 0) {
        const [lane] = running.keys();
        running.delete(lane);
        begin(lanes.finish(lane));
      }
      expect(lanes.isIdle()).toBe(true);
    });
    fc.assert(property);
  });
});
